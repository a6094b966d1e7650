/** Directories. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory and those above it; mkdirSync's own way loops for ever in /proc (Node 20). Throws the error of
 * the file system.
 */
export function makeDirectories(path: string): void {
  if (path === '') throw Object.assign(new Error('no name'), { code: 'ENOENT' });
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(path) !== path) makeDirectories(dirname(path));
  mkdirSync(path);
}
