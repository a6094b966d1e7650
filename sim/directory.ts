/** Directories. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory and those above it; mkdirSync's own way loops for ever in /proc (Node 20). Throws the error of
 * the file system.
 */
export function makeDirectories(path: string): void {
  if (path === '') throw failure('ENOENT');
  if (isDirectory(path)) return;
  const above = dirname(path);
  if (above !== path) {
    // Node 20 finds that out by itself, Node 24 does not.
    if (existsSync(above) && !isDirectory(above)) throw failure('ENOTDIR');
    makeDirectories(above);
  }
  mkdirSync(path);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
