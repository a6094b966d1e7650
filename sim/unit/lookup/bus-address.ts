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

/** Address bits beyond every translated window where 4 GiB select the TVE: bit 59. */
export const BEYOND_TRANSLATED = 1n << 59n;

/** Bit 59 of an address, in its upper half. */
const SELECT_SHIFT = 27;

/** Which of a PE's two TVEs: bit 59 says so, or whether the address is 4 GiB or more. */
export function selectOf(upper: number, isGte4gb: boolean): number {
  if (isGte4gb) return upper === 0 ? 0 : 1;
  return (upper >>> SELECT_SHIFT) & 1;
}

/** Whether an address is one of memory: neither of another class nor, if that window is on, of a 32-bit MSI. */
export function isMemory(upper: number, lower: number, hasMsi32: boolean): boolean {
  return classOf(upper) === 0 && !(hasMsi32 && isBelow4G(upper, lower));
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

/** Whether an address lies in the 64 KiB below 4 GiB, the 32-bit MSI window. */
function isBelow4G(upper: number, lower: number): boolean {
  return upper === 0 && lower >>> 16 === 0xffff;
}
