/** npm as the tests of the package use it: without a network, and without words. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Runs npm in a folder; answers its standard output. */
export function npm(folder: string, ...args: string[]): string {
  return execFileSync('npm', [...args, '--offline', '--silent', '--no-audit', '--no-fund'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The package, as `npm pack` makes it. */
export interface Packed {
  /** Path of the tarball. */
  readonly tarball: string;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly files: readonly string[];
}

/** Packs the project into a folder. */
export function pack(folder: string): Packed {
  const [told] = JSON.parse(npm(ROOT, 'pack', '--json', '--pack-destination', folder));
  return {
    tarball: join(folder, told.filename),
    packedBytes: told.size,
    unpackedBytes: told.unpackedSize,
    files: told.files.map(({ path }: { path: string }) => path),
  };
}
