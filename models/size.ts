/** Sizes as people write them: 4K, 64K, 2M, 16G, 1T, all binary; or plain bytes, decimal or 0x. */
import { InputError } from './input-error.ts';

const SIZE_LIMIT = 1n << 64n;
const UNITS = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

/**
 * Bytes of a written size. Throws InputError that names `what`.
 * @example parseSize('64K', 'page size') // 65536n
 */
export function parseSize(text: string, what: string): bigint {
  const found = /^(0x[0-9a-f]+|\d+)(?:([KMGTPE])i?)?B?$/i.exec(text.trim());
  const unit = UNITS.indexOf((found?.[2] ?? '').toUpperCase());
  const bytes = found ? BigInt(found[1] as string) << BigInt(10 * unit) : SIZE_LIMIT;
  if (bytes < SIZE_LIMIT) return bytes;
  if (found) throw new InputError(`${what}: expected a size below 2^64, got '${text}'`);
  throw new InputError(`${what}: expected a size such as 64K or 2G, got '${text}'`);
}

/** The shortest exact writing of a number of bytes: 65536 is `64K`, 65537 is `65537`. */
export function formatSize(bytes: bigint | number): string {
  let rest = BigInt(bytes);
  let unit = 0;
  while (rest !== 0n && rest % 1024n === 0n && unit < UNITS.length - 1) {
    rest /= 1024n;
    unit += 1;
  }
  return `${rest}${UNITS[unit]}`;
}

/** With one decimal, from here on the next unit is meant. */
const ROUNDS_UP_FROM = 1023.95;

/** A number of bytes for a reader: at most one decimal and a binary unit, `4.1 MiB`. */
export function describeBytes(bytes: bigint | number): string {
  let rest = Number(bytes);
  let unit = 0;
  while (rest >= ROUNDS_UP_FROM && unit < UNITS.length - 1) {
    rest /= 1024;
    unit += 1;
  }
  if (unit === 0) return `${rest} B`;
  const digits = Number.isInteger(rest) ? rest.toString() : rest.toFixed(1);
  return `${digits} ${UNITS[unit]}iB`;
}
