/**
 * Keys of what is cached by (TVE, page): the TVE index, which is PE# and window, above the page number's
 * upper bits in the high half, its lower 32 bits in the low half. Lines have the number of their first page
 * without its lowest bits in the place of a page's.
 */
import { LINE_TCE_BITS } from './tce-line.ts';

/** Bits of a key's high half that belong to the page number; the TVE index stands above them. */
export const PAGE_HIGH_BITS = 15;

/** High half of a page's key. */
export function keyHigh(tve: number, pageHigh: number): number {
  return (tve << PAGE_HIGH_BITS) | pageHigh;
}

/** High half of the key of a page's line. */
export function lineKeyHigh(tve: number, pageHigh: number): number {
  return keyHigh(tve, pageHigh >>> LINE_TCE_BITS);
}

/** Low half of the key of a page's line. */
export function lineKeyLow(pageHigh: number, pageLow: number): number {
  return (pageHigh << (32 - LINE_TCE_BITS)) | (pageLow >>> LINE_TCE_BITS);
}

/** High halves that belong to one window are `tveKey` under this mask. */
export const TVE_MASK = -1 << PAGE_HIGH_BITS;

export function tveKey(tve: number): number {
  return tve << PAGE_HIGH_BITS;
}

/** High halves that belong to both windows of a PE are `peKey` under this mask. */
export const PE_MASK = -1 << (PAGE_HIGH_BITS + 1);

export function peKey(pe: number): number {
  return pe << (PAGE_HIGH_BITS + 1);
}
