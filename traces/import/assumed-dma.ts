/** What is assumed of a translation whose source tells neither its direction nor its length. */
import { TCE_PCI_READ_WRITE, TCE_PCI_WRITE } from '../../models/tce.ts';
import { Op } from '../format.ts';
import type { ImportLog } from './import.ts';

/** A completion or a descriptor: most ring accesses of common devices. */
export const ASSUMED_BYTES = 16;

/** QEMU translates each page of a DMA by itself, and no page is smaller. */
const ASSUMED_PAGE_BYTES = 4096;

/** Stands in the metadata of every trace that may hold such rows. */
export const ASSUMED_DMA = `a translation without length is of ${ASSUMED_BYTES} bytes or up to its page's end, without direction a read`;

/** Operation of a translation: `permission` is the TCE's low bits; a page that may only be written was. */
export function assumedOperation(permission: number, log: ImportLog): number {
  const isWrite = (permission & TCE_PCI_READ_WRITE) === TCE_PCI_WRITE;
  log.assume(isWrite ? 'length of a DMA' : 'length and direction of a DMA');
  return isWrite ? Op.write : Op.read;
}

/** Length of a translation at an address of which the lower half is given. */
export function assumedLength(low: number): number {
  return Math.min(ASSUMED_BYTES, ASSUMED_PAGE_BYTES - (low & (ASSUMED_PAGE_BYTES - 1)));
}
