/**
 * Memory images as text: a word a line, `0xADDRESS 0xVALUE`, `#` begins a comment. What a crash dump or
 * a debugger gives of a real machine's tables fits in there.
 */
import { hex } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { readTextFile } from '../text-file.ts';

/** An image of ten million words; what is larger is no list of table words. */
const IMAGE_BYTES_MAX = 2 ** 29;
const WORD_MAX = 0xffff_ffff_ffff_ffffn;

/** The words of an image by real address. Throws InputError with file and line. */
export function readMemoryFile(path: string): Map<bigint, bigint> {
  const words = new Map<bigint, bigint>();
  for (const [index, line] of readTextFile(path, IMAGE_BYTES_MAX).split('\n').entries()) {
    const [address, value, ...more] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (address === '') continue;
    const where = `${path}:${index + 1}`;
    if (value === undefined || more.length > 0) {
      throw new InputError(`${where}: expected 0xADDRESS 0xVALUE, got '${line.trim()}'`);
    }
    const at = parseWord(address, `${where}: address`);
    if (at % 8n !== 0n) {
      throw new InputError(`${where}: address: expected a multiple of 8, got ${hex(at)}`);
    }
    words.set(at, parseWord(value, `${where}: value`));
  }
  return words;
}

/** A 64-bit number, 0x or decimal. Throws InputError that names `what`. */
export function parseWord(text: string, what: string): bigint {
  if (/^(0x[0-9a-f]+|\d+)$/i.test(text) && BigInt(text) <= WORD_MAX) return BigInt(text);
  throw new InputError(`${what}: expected a 64-bit number such as 0x1000, got '${text}'`);
}
