/**
 * `npm run bench:gate BASE_DIST NEW_DIST`: compares two builds in pairs within one run, by processor time. Fails where
 * the new one is slower or answers something else.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../models/input-error.ts';
import { BuildProcess } from './build-process.ts';
import type { Build } from './build-talk.ts';
import { matching, REQUESTS_MAX, REQUESTS_PRESET } from './cases.ts';
import { patternOption, readArguments, wholeOption } from './options.ts';
import { measurePairs, type PairedCase } from './pairs.ts';
import { EXIT_CHECK, runProgram, withFolder } from './program.ts';
import { RATIO_MAX, verdictOf } from './verdict.ts';

const PAIRS_PRESET = 9;
/** Fewer cannot tell a slowdown from a slow phase of the machine. */
const PAIRS_MIN = 7;
const PAIRS_MAX = 1000;
/**
 * Times that both builds are started. V8 compiles the same code a little differently each time: of the same build
 * twice, one process was 11 % slower than the other at one case, in all of 7 pairs (Node 20).
 */
const STARTS = 3;
const WORDS = ['BASE_DIST', 'NEW_DIST'] as const;

await runProgram('bench:gate', async () => {
  const given = readArguments(process.argv.slice(2), ['cases', 'requests', 'pairs'], WORDS);
  const requests = wholeOption(given, 'requests', REQUESTS_PRESET, 1, REQUESTS_MAX);
  const pairs = wholeOption(given, 'pairs', PAIRS_PRESET, PAIRS_MIN, PAIRS_MAX);
  const pattern = patternOption(given, 'cases');
  const starts: PairedCase[][] = [];
  for (let start = 1; start <= STARTS; start += 1) {
    const measure = (base: Build, changed: Build) => {
      tell(`start ${start} of ${STARTS}`);
      const own = pairsOfStart(start, pairs);
      return measurePairs(base, changed, namesIn(base, changed, pattern), own, tell);
    };
    starts.push(await withBuilds(given.words, requests, measure));
  }
  return judge(starts, pairs);
});

/** The pairs of a start, from 1 on: the first ones take what does not divide evenly. */
function pairsOfStart(start: number, pairs: number): number {
  return Math.floor((pairs + STARTS - start) / STARTS);
}

/** Does something with a process of each build, which are gone afterwards. */
function withBuilds<Value>(
  words: readonly string[],
  requests: number,
  work: (base: Build, changed: Build) => Promise<Value>,
): Promise<Value> {
  return withFolder(async (folder) => {
    const builds: BuildProcess[] = [];
    try {
      for (const [index, word] of WORDS.entries()) {
        const order = { requests, folder: join(folder, word) };
        mkdirSync(order.folder);
        builds.push(await BuildProcess.start(word, words[index], order));
      }
      return await work(builds[0], builds[1]);
    } finally {
      for (const build of builds) build.end();
    }
  });
}

/** The chosen cases that both builds have; tells of the others. */
function namesIn(base: Build, changed: Build, pattern: RegExp | undefined): string[] {
  const common = base.names.filter((name) => changed.names.includes(name));
  if (common.length === 0) throw new InputError('the builds have no case in common');
  for (const name of new Set([...base.names, ...changed.names])) {
    if (!common.includes(name)) tell(`${name}: one build only, left out`);
  }
  return matching(common, pattern);
}

/** Prints a line for each case; answers the exit code. */
function judge(starts: readonly PairedCase[][], pairs: number): number {
  const verdicts = starts[0].map(({ name }, index) =>
    verdictOf(
      name,
      starts.map((cases) => cases[index]),
    ),
  );
  for (const { text } of verdicts) process.stdout.write(`${text}\n`);
  const failed = verdicts.filter(({ passes }) => !passes).length;
  const limit = `new/base at most ${RATIO_MAX}, ${pairs} pairs in ${STARTS} starts`;
  process.stdout.write(`${failed} of ${verdicts.length} cases fail (${limit})\n`);
  return failed === 0 ? 0 : EXIT_CHECK;
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
