/** Small text files that a user names: scenarios, memory images, /proc/buddyinfo. */
import { closeSync, openSync, readSync } from 'node:fs';
import { InputError } from '../models/input-error.ts';
import { openFile } from '../traces/open-file.ts';

/** Read at a time, so that a small file costs little and a device without end no more than the most. */
const CHUNK_BYTES = 2 ** 20;

/** Fills the beginning of its target and answers how many bytes came; 0 at the end of the file. */
type Read = (target: Uint8Array) => number;

/**
 * The text of a file of at most `bytesMax`; no more than that is read. Throws InputError with the file's
 * name; `hint` follows it.
 */
export function readTextFile(path: string, bytesMax: number, hint = ''): string {
  return whileReadable(path, () => {
    const descriptor = openSync(path, 'r');
    try {
      const read: Read = (target) => readSync(descriptor, target, 0, target.length, null);
      return textOf(path, bytesMax, hint, read);
    } finally {
      closeSync(descriptor);
    }
  });
}

/** As `readTextFile`, of standard input. */
export function readStandardInput(bytesMax: number): string {
  const name = 'standard input';
  return whileReadable(name, () => {
    const input = openFile('-');
    return textOf(name, bytesMax, '', (target) => input.read(target));
  });
}

function textOf(name: string, bytesMax: number, hint: string, read: Read): string {
  const chunks: Uint8Array[] = [];
  let total = 0;
  while (total <= bytesMax) {
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, bytesMax + 1 - total));
    const got = read(chunk);
    if (got === 0) return Buffer.concat(chunks).toString('utf8');
    chunks.push(chunk.subarray(0, got));
    total += got;
  }
  throw new InputError(`${name}: expected at most ${bytesMax} bytes, got more${hint}`);
}

/** What the system's codes say, in the words that other files are refused with. */
const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'expected a file, got a directory',
};

/** What the system says of a file that cannot be read becomes one line with its name. */
function whileReadable(name: string, read: () => string): string {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new InputError(`${name}: ${WORDS[code] ?? `cannot be read (${code})`}`);
  }
}
