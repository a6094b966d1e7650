/** Orders of blocks, after get_order (include/asm-generic/getorder.h). */

/** Log2 of the units of 2^unitShift bytes, a power of two of them, that hold so many bytes; of none, huge. */
export function orderOf(bytes: bigint, unitShift: number): number {
  if (bytes === 0n) return 64 - unitShift;
  const lastUnit = (bytes - 1n) >> BigInt(unitShift);
  return lastUnit === 0n ? 0 : lastUnit.toString(2).length;
}
