/** `tcesim report`: what run or sweep left in a directory as a page, one HTML file. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../../models/input-error.ts';
import type { Result } from '../results/result-schema.ts';
import { readResults } from '../study/results-file.ts';
import { refuseClashes } from './file-clash.ts';
import { writeWhole } from './output-directory.ts';
import type { Command } from './program.ts';
import { runHtml, studyHtml } from './report-page.ts';
import { LOG_NAME, PAGE_NAME } from './run-files.ts';
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
    .argument('<results>', 'what run -o or sweep -o wrote: the directory, or its results.json')
    .option('-o, --output <file>', 'the page (report.html beside the results)')
    .option('--requests <file>', 'request log of the run (requests.arrow beside the results)')
    .addHelpText('after', HELP)
    .action(writeReport);
}

function writeReport(of: string, flags: ReportFlags): void {
  const found = readResults(of);
  const beside = (name: string) => join(dirname(found.file), name);
  const path = flags.output ?? beside(PAGE_NAME);
  const log = flags.requests ?? (existsSync(beside(LOG_NAME)) ? beside(LOG_NAME) : undefined);
  refuseClashes(
    [{ path, what: '--output' }],
    [
      { path: found.file, what: 'the results' },
      ...(log === undefined ? [] : [{ path: log, what: 'the request log' }]),
    ],
  );
  if (found.kind === 'study' && flags.requests !== undefined) {
    throw new UsageError('report: a study has no --requests');
  }
  const text = checked(found.file, () =>
    found.kind === 'study'
      ? studyHtml(found.results)
      : htmlOfRun(found.result, log, flags.requests !== undefined),
  );
  writeWhole(path, text);
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
