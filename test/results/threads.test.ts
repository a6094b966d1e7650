/** Threads change the speed of a run and nothing else. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { sample, succeed, workFolder } from '../cli/command.ts';
import { mixedTrace, withoutHost, writeCsv } from './run.ts';

const path = workFolder();

/** results.json without its `host`, as text. */
async function resultText(name: string, threads: number, args: readonly string[]) {
  const folder = path(`${name}-${threads}`);
  await succeed('run', ...args, '--threads', `${threads}`, '-o', folder);
  return withoutHost(JSON.parse(readFileSync(`${folder}/results.json`, 'utf8')));
}

describe.each([
  [
    'four PHBs with software of their own',
    () => ['--trace', path('mixed.csv'), '--window', '64K:1G', '--map', 'touched'],
  ],
  [
    'random replacement',
    () => [
      ...['--trace', path('mixed.csv'), '--window', '64K:1G:levels=2', '--map', 'touched'],
      ...['--set', 'tceCache.replacement=random', '--set', 'tceCache.entries=64'],
    ],
  ],
  ['the shipped sample', () => ['--trace', sample('p9-nvme-e1000e.arrow')]],
  [
    'the shipped sample in a window with the pages that it touches',
    () => [
      ...['--trace', sample('p9-nvme-e1000e.arrow'), '--window', '64K:1T:levels=2'],
      ...['--map', 'touched', '--set', 'tceCache.replacement=belady'],
    ],
  ],
])('%s', (name, args) => {
  let alone = '';
  beforeAll(async () => {
    writeCsv(path('mixed.csv'), mixedTrace().rows);
    alone = await resultText(name, 1, args());
  });

  test.each([1, 2, 3, 4])('gives the same result on %i threads as on one', async (threads) => {
    const text = await resultText(name, threads, args());
    // First as data, which tells what differs; then byte for byte.
    expect(JSON.parse(text)).toEqual(JSON.parse(alone));
    expect(text === alone).toBe(true);
  });

  test('has something to get wrong', () => {
    const { hits, misses, merged, pes } = JSON.parse(alone);
    expect(Math.min(hits, misses)).toBeGreaterThan(50);
    expect(merged).toBeGreaterThan(0);
    expect(new Set(pes.map(({ phb }: { phb: number }) => phb)).size).toBeGreaterThan(1);
  });
});

test('another seed gives another result where replacement is random', async () => {
  writeCsv(path('mixed.csv'), mixedTrace().rows);
  const common = ['--trace', path('mixed.csv'), '--window', '64K:1G', '--map', 'touched'];
  const random = ['--set', 'tceCache.replacement=random', '--set', 'tceCache.entries=64'];
  const counts = async (seed: string) => {
    const result = JSON.parse(
      await succeed('run', ...common, ...random, '--seed', seed, '--format', 'json'),
    );
    return [result.hits, result.misses, result.merged];
  };
  expect(await counts('one')).not.toEqual(await counts('two'));
});
