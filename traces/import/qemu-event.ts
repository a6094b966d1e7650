/** How the groups of QEMU events plug into the log importer. */
import type { Word } from '../word.ts';
import type { LineForm } from './line-form.ts';

/** An event: the form of its arguments and what to do once its fields were read. */
export interface QemuEvent {
  readonly form: LineForm;
  /** Throws InputError where a field makes no sense. */
  take(): void;
}

/** A group of events that make rows together. */
export interface QemuEventGroup {
  readonly events: Readonly<Record<string, QemuEvent>>;
}

/** An `iommu_dma` line: a piece of a DMA request as QEMU's memory core sees it. */
export interface DmaPiece {
  /** Offset from the start of the IOMMU's region. */
  readonly address: Word;
  /** Bytes that were still to be moved. */
  asked: number;
  /** Bytes of this piece, 0 where it was refused. */
  length: number;
  write: boolean;
  readonly real: Word;
}

/** What another event tells about a translation. */
export interface KnownDma {
  readonly op: number;
  readonly length: number;
}
