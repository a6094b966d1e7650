/** The files of a run: their names in a directory, and the request log that it writes. */
import { join } from 'node:path';
import { InputError } from '../../models/input-error.ts';
import { RESULTS_FILE } from '../formats.ts';
import type { RequestLog } from '../replay/request-log.ts';
import type { NamedFile } from './file-clash.ts';
import { UsageError } from './usage-error.ts';

export const REPORT_NAME = 'report.txt';
export const PAGE_NAME = 'report.html';
export const LOG_NAME = 'requests.arrow';

/** Requests of a PHB that a report wants at most: all, or half, a quarter, and so on. */
const REPORT_REQUESTS_MAX = 2 ** 18;

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
export async function openLog(flags: FileFlags): Promise<OpenLog | undefined> {
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
  const wanted =
    requests === undefined && requestsShare === undefined
      ? { most: REPORT_REQUESTS_MAX }
      : { share: parseShare(requestsShare ?? '1', '--requests-share') };
  const { RequestLog } = await import('../replay/request-log.ts');
  return { path, log: new RequestLog(path, wanted) };
}

/** A share of requests. Throws InputError that names its option. */
export function parseShare(text: string, option: string): number {
  const share = Number(text);
  if (share > 0 && share <= 1) return share;
  throw new InputError(`${option}: expected more than 0 and at most 1, got '${text}'`);
}
