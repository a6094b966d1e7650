/** How the values of a script are written: read from a word, and printed as the capture program prints. */
import { hex } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { errnoName } from '../../models/kernel/errno.ts';
import { parseSize } from '../../models/size.ts';
import { parseUnsigned } from '../../traces/numbers.ts';

/** A number, or a word that names something. */
export type Value = bigint | string;

/** One way to write a value. */
export interface ValueKind {
  /** Throws InputError that begins with `what`. */
  read(text: string, what: string): Value;
  print(value: Value): string;
}

/** The device may read, may write: VFIO_DMA_MAP_FLAG_READ and _WRITE. */
export const MAP_READ = 1n;
export const MAP_WRITE = 2n;

/** A count or a shift, printed in decimal. */
export const DECIMAL: ValueKind = { read: readHalf, print: String };

/** A 32-bit number, printed in hexadecimal. */
export const HALF: ValueKind = { read: readHalf, print: (value) => hex(value as bigint) };

/** An address or a number of bytes, 64 bits; a unit may follow, as in 64K. */
export const BYTES: ValueKind = { read: parseSize, print: (value) => hex(value as bigint) };

/** A name of the script's own choice. */
export const NAME: ValueKind = { read: readName, print: String };

/** What MAP lets the device do: `R`, `W`, `RW`, nothing, or the raw number. */
export const ACCESS: ValueKind = {
  read: (text, what) => {
    const found = /^(R?)(W?)$/.exec(text);
    if (!found) return readHalf(text, what, 'R, W, RW or a number');
    return (found[1] ? MAP_READ : 0n) | (found[2] ? MAP_WRITE : 0n);
  },
  print: (value) => {
    const flags = value as bigint;
    if (flags > (MAP_READ | MAP_WRITE)) return hex(flags);
    return `${flags & MAP_READ ? 'R' : ''}${flags & MAP_WRITE ? 'W' : ''}`;
  },
};

/** A small number that may be negative. */
export const SIGNED: ValueKind = {
  read: (text, what) => {
    if (/^-?\d{1,10}$/.test(text)) return BigInt(text);
    throw new InputError(`${what}: expected a whole number, got '${text}'`);
  },
  print: String,
};

/** What a call returned: `0`, `1`, `-22(EINVAL)`; the name may be left out. */
export const RETURN_CODE: ValueKind = {
  read: (text, what) => {
    const found = /^(-?\d{1,10})(?:\((\w+)\))?$/.exec(text);
    const name = errnoName(Number(found?.[1]));
    // A name that the interfaces modelled here never return is let through.
    if (found && (found[2] === undefined || name === undefined || found[2] === name)) {
      return BigInt(found[1]);
    }
    throw new InputError(`${what}: expected a return code such as 0 or -22(EINVAL), got '${text}'`);
  },
  print: (value) => {
    const name = errnoName(Number(value));
    return name === undefined ? String(value) : `${value}(${name})`;
  },
};

/** A number, or one of the words that stand for numbers. */
export function oneOf(words: Readonly<Record<string, bigint>>): ValueKind {
  const names = Object.keys(words);
  return {
    read: (text, what) => words[text] ?? readHalf(text, what, `${names.join(', ')} or a number`),
    print: (value) => names.find((name) => words[name] === value) ?? String(value),
  };
}

function readHalf(text: string, what: string, wanted = 'a 32-bit number'): bigint {
  const value = parseUnsigned(text, 32);
  if (value !== undefined) return value;
  throw new InputError(`${what}: expected ${wanted}, got '${text}'`);
}

function readName(text: string, what: string): string {
  if (/^[\w.:-]+$/.test(text)) return text;
  throw new InputError(`${what}: expected a name of letters and digits, got '${text}'`);
}
