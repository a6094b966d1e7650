/** How the values of a script are written: read from a word, and printed as the capture program prints. */
import { hex } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { errnoName } from '../../models/kernel/errno.ts';
import { MAP_READ, MAP_WRITE } from '../../models/kernel/vfio/calls.ts';
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

const READ = BigInt(MAP_READ);
const WRITE = BigInt(MAP_WRITE);
const HALF_LIMIT = 1n << 32n;

/** A count or a shift, printed in decimal. */
export const DECIMAL: ValueKind = { read: readHalf, print: String };

/** A 32-bit number, printed in hexadecimal. */
export const HALF: ValueKind = { read: readHalf, print: (value) => hex(value as bigint) };

/** An address or a number of bytes, 64 bits; a unit may follow, as in 64K. */
export const BYTES: ValueKind = { read: parseSize, print: (value) => hex(value as bigint) };

/** A number of bytes, 32 bits; a unit may follow. */
export const LENGTH: ValueKind = {
  read: (text, what) => {
    const bytes = parseSize(text, what);
    if (bytes < HALF_LIMIT) return bytes;
    throw new InputError(`${what}: expected less than 4G, got '${text}'`);
  },
  print: (value) => hex(value as bigint),
};

/** A name of the script's own choice. */
export const NAME: ValueKind = { read: readName, print: String };

/** What MAP lets the device do: `R`, `W`, `RW`, nothing, or the raw number. */
export const ACCESS: ValueKind = {
  read: (text, what) => {
    const found = /^(R?)(W?)$/.exec(text);
    if (!found) return readHalf(text, what, 'R, W, RW or a number', accessHint(text));
    return (found[1] ? READ : 0n) | (found[2] ? WRITE : 0n);
  },
  print: (value) => {
    const flags = value as bigint;
    if (flags > (READ | WRITE)) return hex(flags);
    return `${flags & READ ? 'R' : ''}${flags & WRITE ? 'W' : ''}`;
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
    const hint = found && name !== undefined ? `: ${found[1]} is ${name}` : '';
    throw new InputError(
      `${what}: expected a return code such as 0 or -22(EINVAL), got '${text}'${hint}`,
    );
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

function readHalf(text: string, what: string, wanted = 'a 32-bit number', hint = ''): bigint {
  const value = parseUnsigned(text, 32);
  if (value !== undefined) return value;
  throw new InputError(`${what}: expected ${wanted}, got '${text}'${hint}`);
}

/** Letters in another case or order mean what they say. */
function accessHint(text: string): string {
  const letters = [...new Set(text.toUpperCase())].sort().join('');
  return /^R?W?$/.test(letters) ? `, did you mean '${letters}'?` : '';
}

function readName(text: string, what: string): string {
  if (/^[\w.:-]+$/.test(text)) return text;
  throw new InputError(`${what}: expected a name of letters and digits, got '${text}'`);
}
