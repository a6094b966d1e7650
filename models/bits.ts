/**
 * Bit fields in IBM numbering: bit 0 is the most significant of 64. Nobody else in the project flips
 * bit numbers; registers are written with the manual's own figures. Also the two halves in which hot
 * code keeps a 64-bit word (BigInt costs 3 to 12 times more in a loop, Node 20).
 */

const WORD = (1n << 64n) - 1n;

/** The field `first..last` (IBM numbering, inclusive) of a 64-bit word, right aligned. */
export function ibmField(word: bigint, first: number, last: number): bigint {
  return (word >> BigInt(63 - last)) & ((1n << BigInt(last - first + 1)) - 1n);
}

/** A word with `value` in the field `first..last` and zeros elsewhere; bits that do not fit are cut. */
export function ibmInsert(value: bigint, first: number, last: number): bigint {
  return (value & ((1n << BigInt(last - first + 1)) - 1n)) << BigInt(63 - last);
}

/** Whether bit `bit` (IBM numbering) of a 64-bit word is set. */
export function ibmBit(word: bigint, bit: number): boolean {
  return ibmField(word, bit, bit) === 1n;
}

/** Upper 32 bits of a 64-bit word as an unsigned number. */
export function upperHalf(word: bigint): number {
  return Number((word & WORD) >> 32n);
}

/** Lower 32 bits of a 64-bit word as an unsigned number. */
export function lowerHalf(word: bigint): number {
  return Number(word & 0xffffffffn);
}

/** The 64-bit word of two halves; signed and unsigned 32-bit numbers are both accepted. */
export function joinHalves(upper: number, lower: number): bigint {
  return (BigInt(upper >>> 0) << 32n) | BigInt(lower >>> 0);
}

/** Base-2 logarithm of a power of two, exact for any size; NaN for anything else. */
export function log2Exact(value: bigint): number {
  if (value <= 0n || (value & (value - 1n)) !== 0n) return Number.NaN;
  return value.toString(2).length - 1;
}

/** All 16 digits of a 64-bit register, `0x0000002400004505`. */
export function hexRegister(word: bigint): string {
  return `0x${word.toString(16).padStart(16, '0')}`;
}

/** `0x` and the digits of a word, as the kernel and QEMU print it. */
export function hex(word: bigint): string {
  return `0x${word.toString(16)}`;
}
