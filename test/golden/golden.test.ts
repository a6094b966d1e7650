/**
 * Scenarios whose results are known: the same bytes on 1, 2 and 4 threads, and the digests of
 * digests.json, which any change of a result changes.
 *
 * GOLDEN=write stores new digests; GOLDEN_FOLDER=../folder keeps traces, results and request logs there.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Result, resultSchema } from '../../sim/results/result-schema.ts';
import { succeed, workFolder } from '../cli/command.ts';
import { withoutHost, writeCsv } from '../results/run.ts';
import { SCENARIOS } from './scenarios.ts';

const DIGESTS = fileURLToPath(new URL('digests.json', import.meta.url));
const THREADS = [1, 2, 4];
/**
 * What is not in the digest of a result. `host` and `version` are no results; `scenario` repeats what the
 * file says, so that a new parameter which changes nothing would change it; the lists of parameters
 * by origin tell their sources in words that may get better.
 */
const NOT_RESULTS: readonly (keyof Result)[] = [
  'host',
  'version',
  'scenario',
  'assumed',
  'inferred',
  'chosen',
];

/** Digests of one scenario, SHA-256 as hexadecimal digits. */
interface Digests {
  readonly results: string;
  readonly requests: string;
}

/** What one run left behind. */
interface Left {
  readonly result: Result;
  readonly requests: Buffer;
}

const stored = new Map<string, Digests>(Object.entries(JSON.parse(readFileSync(DIGESTS, 'utf8'))));
const found = new Map<string, Digests>();
const place = folder();

afterAll(() => {
  if (process.env.GOLDEN !== 'write') return;
  // A run of some of the tests leaves the others' digests as they are.
  const digests = SCENARIOS.map(({ name }) => [name, found.get(name) ?? stored.get(name)]);
  writeFileSync(DIGESTS, `${JSON.stringify(Object.fromEntries(digests), null, 2)}\n`);
});

describe.each(SCENARIOS)('$name', ({ name, rows, share, reaches }) => {
  const runs = new Map<number, Left>();
  const of = (threads: number) => runs.get(threads) as Left;

  beforeAll(async () => {
    const file = fileURLToPath(new URL(`${name}.yaml`, import.meta.url));
    const trace = rows === undefined ? [] : ['--trace', writeCsv(place(`${name}.csv`), rows())];
    const run = async (threads: number): Promise<Left> => {
      const output = place(`${name}-${threads}`);
      const log = place(`${name}-${threads}.arrow`);
      const logging = ['--requests', log, '--requests-share', `${share}`];
      await succeed('run', file, ...trace, ...logging, '--threads', `${threads}`, '-o', output);
      const result = JSON.parse(readFileSync(join(output, 'results.json'), 'utf8'));
      return { result: resultSchema.parse(result), requests: readFileSync(log) };
    };
    const left = await Promise.all(THREADS.map(run));
    THREADS.forEach((threads, index) => {
      runs.set(threads, left[index] as Left);
    });
    found.set(name, digestsOf(of(1)));
  });

  test.each(THREADS.slice(1))('gives the same bytes on %i threads as on one', (threads) => {
    const [result, alone] = [of(threads).result, of(1).result];
    // First as data, which tells what differs; then byte for byte.
    expect({ ...result, host: undefined }).toEqual({ ...alone, host: undefined });
    expect(withoutHost(result) === withoutHost(alone)).toBe(true);
    expect(of(threads).requests.equals(of(1).requests)).toBe(true);
  });

  test('reaches what it is there for', () => {
    const missed = reaches.filter((path) => !(figureAt(of(1).result, path) > 0));
    expect(missed).toEqual([]);
  });

  test.skipIf(process.env.GOLDEN === 'write')('gives the stored digests', () => {
    expect(found.get(name), adviceFor(name)).toEqual(stored.get(name));
  });
});

test.skipIf(process.env.GOLDEN === 'write')('no digest is stored for what is no scenario', () => {
  expect([...stored.keys()].sort()).toEqual(SCENARIOS.map(({ name }) => name).sort());
});

/** Where the files of the runs go: a folder that goes away, or that of GOLDEN_FOLDER. */
function folder(): (name: string) => string {
  const kept = process.env.GOLDEN_FOLDER;
  if (kept === undefined) return workFolder();
  mkdirSync(kept, { recursive: true });
  return (name) => join(kept, name);
}

function digestsOf({ result, requests }: Left): Digests {
  const facts = Object.entries(result).filter(
    ([key]) => !NOT_RESULTS.includes(key as keyof Result),
  );
  const results = createHash('sha256').update(JSON.stringify(Object.fromEntries(facts)));
  return { results: results.digest('hex'), requests: digestOfLog(requests) };
}

/** Of the rows, column by column; the file itself holds the version and the scenario, too. */
function digestOfLog(log: Buffer): string {
  const hash = createHash('sha256');
  const table = tableFromIPC(log);
  for (const { name, type } of table.schema.fields) {
    const cells = table.getChild(name)?.toArray();
    hash.update(`${name} ${type}\n`);
    hash.update(ArrayBuffer.isView(cells) ? bytesOf(cells) : JSON.stringify(cells));
  }
  return hash.digest('hex');
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The figure under a dotted path, or NaN where there is none. */
function figureAt(result: Result, path: string): number {
  const value = path
    .split('.')
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], result);
  return typeof value === 'number' ? value : Number.NaN;
}

/** What to do about a digest that differs. */
function adviceFor(name: string): string {
  return [
    `scenario ${name}: results or request log differ from those of the stored digest.`,
    'To see the difference, keep the files here and at the last commit that passed, and compare:',
    '  GOLDEN_FOLDER=../golden-new npx vitest run test/golden',
    '  GOLDEN_FOLDER=../golden-old npx vitest run test/golden   (there)',
    `  diff ../golden-old/${name}-1/results.json ../golden-new/${name}-1/results.json`,
    'If it is meant to differ, store the new digests and say in the commit what changed them:',
    '  GOLDEN=write npx vitest run test/golden',
  ].join('\n');
}
