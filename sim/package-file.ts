/** Files that come with the package, wherever it is installed. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const MANIFEST = '#manifest';

/** The path of a file of the package, as `docs/timing.md`. */
export function packageFile(path: string): string {
  return join(dirname(createRequire(import.meta.url).resolve(MANIFEST)), path);
}
