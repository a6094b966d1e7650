/** Small text files that a user names: scenarios and memory images. */
import { readFileSync, statSync } from 'node:fs';
import { InputError } from '../models/input-error.ts';

/** The text of a file of at most `bytesMax`. Throws InputError with the file's name; `hint` follows it. */
export function readTextFile(path: string, bytesMax: number, hint = ''): string {
  try {
    const { size } = statSync(path);
    if (size > bytesMax) {
      throw new InputError(`${path}: expected at most ${bytesMax} bytes, got ${size}${hint}`);
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`;
    throw new InputError(`${path}: ${why}`);
  }
}
