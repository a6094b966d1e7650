/**
 * Files that a command would write over its own input, or over each other: refused before any work. Files
 * are told apart by what they are on the disk, so that links and other spellings of a path are found too.
 */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../../models/input-error.ts';

/** A file of a command: its path, and what it is to the command. */
export interface NamedFile {
  readonly path: string;
  /** As a message names it: `the trace`, `--requests`. */
  readonly what: string;
}

/** Throws InputError where an output is one of the inputs or another output. `-` is no file. */
export function refuseClashes(outputs: readonly NamedFile[], inputs: readonly NamedFile[]): void {
  const known = new Map<string, NamedFile>();
  for (const input of inputs) known.set(identityOf(input.path), input);
  for (const output of outputs) {
    const identity = identityOf(output.path);
    const other = known.get(identity);
    if (other && identity !== '') {
      throw new InputError(
        `${output.what} ${output.path}: would overwrite ${other.what}${other.path === output.path ? '' : ` ${other.path}`}`,
      );
    }
    known.set(identity, output);
  }
}

/** Equal for two names of one file; empty for what is no file: pipes and devices keep nothing. */
function identityOf(path: string): string {
  if (path === '-') return '';
  try {
    const kind = statSync(path, { throwIfNoEntry: false, bigint: true });
    if (kind) return kind.isFile() ? `${kind.dev}:${kind.ino}` : '';
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    // Whoever opens it will say why it cannot be reached.
    return resolve(path);
  }
}
