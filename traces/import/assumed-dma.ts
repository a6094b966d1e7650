/** What is assumed of a translation whose source tells neither its direction nor its length. */
import { TCE_PCI_READ_WRITE, TCE_PCI_WRITE } from '../../models/tce.ts';
import { Op, REFUSED } from '../format.ts';
import type { ImportLog } from './import.ts';

/** A completion or a descriptor: most ring accesses of common devices. */
export const ASSUMED_BYTES = 16;

/** QEMU translates each page of a DMA by itself, and no page is smaller. */
const ASSUMED_PAGE_BYTES = 4096n;

/** Stands in the metadata of every trace that may hold such rows. */
export const ASSUMED_DMA = `a translation without length is of ${ASSUMED_BYTES} bytes or up to its page's end, without direction a read`;

/**
 * Operation, length and value of a translation: `real` is the page's real address and the offset,
 * `permission` the TCE's low bits. A page that may only be written was written.
 */
export function assumeDma(real: bigint, permission: number, log: ImportLog) {
  const inPage = Number(real % ASSUMED_PAGE_BYTES);
  const known = permission & TCE_PCI_READ_WRITE;
  log.assume(known === TCE_PCI_WRITE ? 'length of a DMA' : 'length and direction of a DMA');
  return {
    op: known === TCE_PCI_WRITE ? Op.write : Op.read,
    length: Math.min(ASSUMED_BYTES, Number(ASSUMED_PAGE_BYTES) - inPage),
    real: known === 0 ? REFUSED : real,
  };
}
