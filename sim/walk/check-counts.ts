/** What a check of a capture found. */

/** A row where we and QEMU say different things. */
export interface Difference {
  /** `file:line`, or the row of the imported trace. */
  readonly where: string;
  readonly wanted: string;
  readonly got: string;
}

export interface CheckCounts {
  rows: number;
  agreed: number;
  refused: number;
  outOfWindow: number;
  reads: number;
  readonly differences: Difference[];
}

/** A check without any rows. */
export function noCounts(): CheckCounts {
  return { rows: 0, agreed: 0, refused: 0, outOfWindow: 0, reads: 0, differences: [] };
}
