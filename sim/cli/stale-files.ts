/** Pages and logs of an earlier run or study beside new results, which do not belong to them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LOG_NAME, PAGE_NAME } from './run-files.ts';

/** Says in a line which of them are in a directory; `written` are those that are new. */
export function tellStale(directory: string, written: readonly string[]): void {
  const stale = [PAGE_NAME, LOG_NAME].filter(
    (name) => !written.includes(name) && existsSync(join(directory, name)),
  );
  if (stale.length === 0) return;
  const verb = stale.length === 1 ? 'is' : 'are';
  process.stderr.write(`${directory}: ${stale.join(' and ')} ${verb} of an earlier run\n`);
}
