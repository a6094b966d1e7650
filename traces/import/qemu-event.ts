/** How the groups of QEMU events plug into the log importer. */

/** An event: the form of its arguments and what to do with the captured ones. */
export interface QemuEvent {
  readonly form: RegExp;
  take(fields: readonly string[]): void;
}

/** A group of events that make rows together. */
export interface QemuEventGroup {
  readonly events: Readonly<Record<string, QemuEvent>>;
  /** Called before an event of any group: what waited for another one becomes a row. */
  settle(next: string): void;
}

/** An `iommu_dma` line: a piece of a DMA request as QEMU's memory core sees it. */
export interface DmaPiece {
  /** Offset from the start of the IOMMU's region. */
  readonly address: bigint;
  /** Bytes that were still to be moved. */
  readonly asked: number;
  /** Bytes of this piece, 0 where it was refused. */
  readonly length: number;
  readonly write: boolean;
  readonly real: bigint;
}
