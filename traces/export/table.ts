/** A table of results for other tools: columns of one type each, in which any cell may be empty. */

/** `whole` numbers are 64-bit integers, others doubles. */
export type CellType = 'text' | 'whole' | 'number' | 'flag';

export interface TableColumn {
  readonly name: string;
  readonly type: CellType;
  /** As many as the table has rows; null: empty. Whole numbers are exact up to 2^53. */
  readonly cells: readonly (string | number | boolean | null)[];
}
