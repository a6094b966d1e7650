/** Directories that a verb writes its results to. */
import { InputError } from '../../models/input-error.ts';
import { OutputFile } from '../../traces/output-file.ts';
import { makeDirectories } from '../directory.ts';

/** Makes the directory of an option and those above it. Throws InputError where that cannot be. */
export function makeDirectory(directory: string, option: string): void {
  try {
    makeDirectories(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`${option} '${directory}': cannot be made a directory (${code})`);
  }
}

/** Writes a file, whole or not at all. Throws as `OutputFile` does. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const file = new OutputFile(path);
  file.write(typeof content === 'string' ? Buffer.from(content) : content);
  file.finish();
}
