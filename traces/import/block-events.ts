/**
 * What blktrace's text and binary forms share: of a block device's events only issue (D) and complete (C)
 * are I/Os of the hardware; a completion is told apart by its disk and first sector. A flush has no
 * sectors, so that the flushes of a disk complete in order.
 */
import type { BlockHost } from '../device/block-host.ts';
import type { CommandKind } from '../device/nvme.ts';

export const SECTOR_BYTES = 512;

/** An issue or a completion. */
export interface BlockEvent {
  readonly isIssue: boolean;
  readonly disk: string;
  readonly timeNs: number;
  readonly kind: CommandKind;
  /** First sector, as text. */
  readonly sector: string;
  /** 0 for a flush. */
  readonly bytes: number;
}

/** Hands an event on to the host. */
export function carryOut(host: BlockHost, event: BlockEvent): void {
  const { disk, timeNs, bytes } = event;
  const key = bytes === 0 ? `${disk} flush` : `${disk} ${event.sector}`;
  const kind = bytes === 0 ? 'flush' : event.kind;
  if (event.isIssue) host.issue(key, { disk, timeNs, kind, bytes });
  else host.complete(key, timeNs);
}
