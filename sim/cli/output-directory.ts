/** Directories that a verb writes its results to. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError } from '../../models/input-error.ts';
import { OutputFile } from '../../traces/output-file.ts';

/**
 * Makes the directory of an option and those above it; mkdirSync's own way loops for ever in /proc (Node 20).
 * Throws InputError where that cannot be.
 */
export function makeDirectory(directory: string, option: string): void {
  const make = (path: string): void => {
    if (path === '') throw Object.assign(new Error(), { code: 'ENOENT' });
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
    if (dirname(path) !== path) make(dirname(path));
    mkdirSync(path);
  };
  try {
    make(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`${option} '${directory}': cannot be made a directory (${code})`);
  }
}

/** Writes a file, whole or not at all. Throws as `OutputFile` does. */
export function writeWhole(path: string, text: string): void {
  const file = new OutputFile(path);
  file.write(Buffer.from(text));
  file.finish();
}
