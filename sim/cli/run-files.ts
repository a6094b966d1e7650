/** The files of a run: their names in a directory, and the request log that it writes. */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../models/input-error.ts';
import { RESULTS_FILE } from '../formats.ts';
import type { RequestLog } from '../replay/request-log.ts';
import type { NamedFile } from './file-clash.ts';
import { UsageError } from './usage-error.ts';

export const REPORT_NAME = 'report.txt';
export const PAGE_NAME = 'report.html';
export const LOG_NAME = 'requests.arrow';

/** Rows of a trace of which a report wants all requests; of longer traces it wants a share. */
const SAMPLED_ROWS = 100_000;
/** A row of a trace that is no Arrow file, at the least, compressed ones included. */
const ROW_BYTES = 16;
/** Of a trace whose length nobody knows. */
const SHARE_OF_UNKNOWN = 0.01;

/** What a user wrote about the files of a run. */
export interface FileFlags {
  readonly output?: string;
  readonly requests?: string;
  readonly requestsShare?: string;
  readonly report?: boolean;
  readonly timeline?: string;
}

/** The files that a run writes. */
export function outputsOf({ requests, output, report, timeline }: FileFlags): NamedFile[] {
  const inDirectory = (name: string, what: string) =>
    output === undefined ? [] : [{ path: join(output, name), what: `${name} of ${what}` }];
  return [
    ...[RESULTS_FILE, REPORT_NAME].flatMap((name) => inDirectory(name, '--output')),
    ...(report ? inDirectory(PAGE_NAME, '--report') : []),
    ...(report && requests === undefined ? inDirectory(LOG_NAME, '--report') : []),
    ...(requests === undefined ? [] : [{ path: requests, what: '--requests' }]),
    ...(timeline === undefined ? [] : [{ path: timeline, what: '--timeline' }]),
  ];
}

/** A request log and its place. */
export interface OpenLog {
  readonly path: string;
  readonly log: RequestLog;
}

/**
 * Opens the log of requests that the flags ask for: the user's, or that of a report. Throws UsageError,
 * InputError where nothing can be written.
 */
export async function openLog(flags: FileFlags, trace: string): Promise<OpenLog | undefined> {
  const { requests, requestsShare, report, output } = flags;
  if (report && output === undefined) throw new UsageError('run: --report wants -o DIR');
  const path = requests ?? (report && output !== undefined ? join(output, LOG_NAME) : undefined);
  if (path === undefined) {
    if (requestsShare === undefined) return undefined;
    throw new UsageError('run: --requests-share wants --requests FILE, or --report');
  }
  if (path === '-') {
    throw new InputError('--requests: expected a file, standard output has the report');
  }
  const share =
    requests === undefined && requestsShare === undefined
      ? await shareOf(trace)
      : parseShare(requestsShare ?? '1', '--requests-share');
  const { RequestLog } = await import('../replay/request-log.ts');
  return { path, log: new RequestLog(path, share) };
}

/** A share of requests. Throws InputError that names its option. */
export function parseShare(text: string, option: string): number {
  const share = Number(text);
  if (share > 0 && share <= 1) return share;
  throw new InputError(`${option}: expected more than 0 and at most 1, got '${text}'`);
}

/** The share of a trace's requests that a report wants. */
async function shareOf(trace: string): Promise<number> {
  const { countRows } = await import('../../traces/arrow/row-count.ts');
  const rows = trace === '-' ? undefined : (countRows(trace)?.rows ?? guessedRows(trace));
  return rows === undefined ? SHARE_OF_UNKNOWN : Math.min(1, SAMPLED_ROWS / Math.max(rows, 1));
}

/** At most so many rows stand in a file of text; undefined for what is no file. */
function guessedRows(trace: string): number | undefined {
  const file = statSync(trace, { throwIfNoEntry: false });
  return file?.isFile() ? file.size / ROW_BYTES : undefined;
}
