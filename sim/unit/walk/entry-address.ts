/**
 * Where a walk finds its entry in a table: the offset is a field of the bus address, as wide as the table's
 * index and 8 bytes an entry. Addresses stand in halves; `high` and `low` are those inside the window.
 */

/** log2 of the bytes of an entry. */
const ENTRY_SHIFT = 3;
const ENTRY_BYTES = 1 << ENTRY_SHIFT;

/** Low half of the offset in a table with 2^indexBits entries, of which each spans 2^shift bytes. */
export function offsetLow(indexBits: number, shift: number, high: number, low: number): number {
  const bits = indexBits + ENTRY_SHIFT;
  const mask = bits < 32 ? (1 << bits) - ENTRY_BYTES : -ENTRY_BYTES;
  return shiftedLow(high, low, shift - ENTRY_SHIFT) & mask;
}

/** High half of the same: a table can be larger than 4 GiB. */
export function offsetHigh(indexBits: number, shift: number, high: number): number {
  const bits = indexBits + ENTRY_SHIFT - 32;
  return bits > 0 ? shiftedHigh(high, shift - ENTRY_SHIFT) & ((1 << bits) - 1) : 0;
}

/** Low half of a 64-bit value shifted right by 1..63 and more. */
export function shiftedLow(high: number, low: number, shift: number): number {
  if (shift < 32) return (high << (32 - shift)) | (low >>> shift);
  return shift < 64 ? high >>> (shift - 32) : 0;
}

/** High half of the same. */
export function shiftedHigh(high: number, shift: number): number {
  return shift < 32 ? high >>> shift : 0;
}
