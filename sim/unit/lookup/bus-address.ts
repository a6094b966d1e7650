/**
 * A bus address in halves, as the unit takes it apart (models/address.ts has the same in words): bits
 * 63:60 are its class, bit 59 selects the TVE, 58:0 lie in a window, of which an untranslated one
 * passes 49:0 on.
 */

/** Bits 58:32: the upper half of an address inside a window. */
const WINDOW_HIGH_MASK = 0x07ff_ffff;
/** Bits 49:32: the upper half of what an untranslated window passes on. */
const BYPASS_HIGH_MASK = 0x3_ffff;

/** Bits 63:60; 0 is memory, and 1 is MSI if that window is on. */
export function classOf(upper: number): number {
  return upper >>> 28;
}

/** Bit 59: which of a PE's two TVEs. */
export function selectOf(upper: number): number {
  return (upper >>> 27) & 1;
}

/** Whether an address lies in the 64 KiB below 4 GiB, the 32-bit MSI window. */
export function isBelow4G(upper: number, lower: number): boolean {
  return upper === 0 && lower >>> 16 === 0xffff;
}

/** Upper half of the part that tables translate. */
export function windowHigh(upper: number): number {
  return upper & WINDOW_HIGH_MASK;
}

/** Upper half of the real address that an untranslated window gives. */
export function bypassHigh(upper: number): number {
  return upper & BYPASS_HIGH_MASK;
}

/** Number of the 16 MiB granule that an untranslated window's range is compared in. */
export function granuleOf(upper: number, lower: number): number {
  return (bypassHigh(upper) << 8) | (lower >>> 24);
}
