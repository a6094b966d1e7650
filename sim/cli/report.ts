/** `tcesim report`: what run or sweep left in a directory as a page, one HTML file. */
import { join } from 'node:path';
import { InputError } from '../../models/input-error.ts';
import type { Result } from '../results/result-schema.ts';
import { refuseClashes } from './file-clash.ts';
import type { Command } from './program.ts';
import { logIn, readResults, runHtml, studyHtml, writePage } from './report-page.ts';
import { PAGE_NAME, RESULTS_NAME } from './run-files.ts';
import { UsageError } from './usage-error.ts';

interface ReportFlags {
  readonly output?: string;
  readonly requests?: string;
}

const HELP = `
The page is a file of its own, for any browser: it loads nothing and sends nothing.

Examples:
  tcesim run --trace t.arrow -o out --report     runs, takes a sample of the requests, writes out/report.html
  tcesim report out                              writes it again
  tcesim report out --requests all.arrow         with the request log of that run
  tcesim sweep plan.yaml -o levels; tcesim report levels -o levels.html`;

/** Gives the verb its options and its work. */
export function define(verb: Command): void {
  verb
    .argument('<dir>', 'what run -o or sweep -o wrote')
    .option('-o, --output <file>', 'the page (report.html in the directory)')
    .option('--requests <file>', 'request log of the run (requests.arrow in the directory)')
    .addHelpText('after', HELP)
    .action(writeReport);
}

function writeReport(directory: string, flags: ReportFlags): void {
  const path = flags.output ?? join(directory, PAGE_NAME);
  const log = flags.requests ?? logIn(directory);
  refuseClashes(
    [{ path, what: '--output' }],
    [
      { path: join(directory, RESULTS_NAME), what: 'the results' },
      ...(log === undefined ? [] : [{ path: log, what: 'the request log' }]),
    ],
  );
  const found = readResults(directory);
  if (found.kind === 'study' && flags.requests !== undefined) {
    throw new UsageError('report: a study has no --requests');
  }
  const text = checked(join(directory, RESULTS_NAME), () =>
    found.kind === 'study'
      ? studyHtml(found.results)
      : htmlOfRun(found.result, log, flags.requests !== undefined),
  );
  writePage(path, text);
  if (path !== '-') process.stderr.write(`${path}\n`);
}

/** A log that nobody named may be of an earlier run of the directory: then the page does without. */
function htmlOfRun(result: Result, log: string | undefined, isNamed: boolean): string {
  try {
    return runHtml(result, log);
  } catch (error) {
    const isOfLog =
      error instanceof InputError && log !== undefined && error.message.startsWith(log);
    if (isNamed || !isOfLog) throw error;
    process.stderr.write(`${error.message}: left out\n`);
    return runHtml(result, undefined);
  }
}

/** What a schema leaves open, scenario and plan, is trusted until it does not hold. */
function checked(path: string, make: () => string): string {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new InputError(`${path}: expected a scenario or plan as tcesim writes it`);
  }
}
