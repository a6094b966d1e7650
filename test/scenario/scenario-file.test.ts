/** Scenario files: what they say, what flags say over them, and where their mistakes are. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { tcesim, workFolder } from '../cli/command.ts';
import { runJson, withoutHost, writeCsv } from '../results/run.ts';

const path = workFolder();

beforeAll(() => {
  mkdirSync(path('traces'));
  mkdirSync(path('scenarios'));
  writeCsv(path('traces/two.csv'), ['1,read,0,256,1,64,0,0', '9,write,0,256,1,64,65536,0']);
});

/** Writes a scenario beside the folder of traces. */
function scenario(...lines: string[]): string {
  const file = path('scenarios/study.yaml');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

const COMPLETE = [
  '# every key',
  'trace: ../traces/two.csv',
  'phb: phb3',
  'firmware: pre2021',
  'windows: [64K:1G:levels=2, 16M:1T:levels=1]',
  'map: touched',
  'pace: closed:8',
  'seed: 7',
  'threads: 1',
  'host:',
  '  pages: 4K',
  '  ram: 8G',
  'set:',
  '  tceCache:',
  '    replacement: fifo',
  '  memory.readNs: 150',
];

test('a file alone decides on everything, its trace beside it', async () => {
  const { scenario: resolved, requests, faults } = await runJson(scenario(...COMPLETE));
  expect([requests, faults]).toEqual([2, 0]);
  expect(resolved).toMatchObject({
    phb: 'phb3',
    firmware: 'pre2021',
    windows: ['64K:1G:levels=2', '16M:1T:levels=1'],
    map: 'touched',
    pace: 'closed:8',
    seed: '7',
    host: { pages: '4K', ram: '8G' },
    set: { tceCache: { replacement: 'fifo' }, memory: { readNs: 150 } },
  });
});

test('flags win over the file, and settings of both count', async () => {
  const flags = ['--phb', 'phb4', '--window', '64K:2G:levels=1', '--pace', 'closed:8,every:2.5'];
  const { scenario: resolved } = await runJson(
    ...[scenario(...COMPLETE), ...flags, '--firmware', 'post2021', '--seed', 'x', '--map', 'none'],
    ...['--set', 'memory.readNs=90', '--set', 'host.ram=16G', '--set', 'tags.count=8'],
  );
  expect(resolved).toMatchObject({
    phb: 'phb4',
    firmware: 'post2021',
    windows: ['64K:2G:levels=1'],
    map: 'none',
    pace: 'closed:8,every:2.5',
    seed: 'x',
    host: { pages: '4K', ram: '16G' },
    set: { tceCache: { replacement: 'fifo' }, memory: { readNs: 90 }, tags: { count: 8 } },
  });
});

test('what was set is told as chosen, with the default that it replaced', async () => {
  const { chosen } = await runJson(scenario(...COMPLETE), '--set', 'memory.readNs=90');
  expect(chosen.map(({ key, value }) => [key, value])).toEqual([
    ['tceCache.replacement', 'fifo'],
    ['memory.readNs', 90],
  ]);
  expect(chosen[1].source).toContain('200');
});

test('a file and the same words as flags give the same result', async () => {
  const file = scenario('trace: ../traces/two.csv', 'windows: [default]', 'map: all', 'seed: s');
  const flags = ['--trace', path('traces/two.csv'), '--window', 'default', '--map', 'all'];
  const [one, other] = [await runJson(file), await runJson(...flags, '--seed', 's')];
  expect(withoutHost(one)).toBe(withoutHost(other));
});

test.each([
  ['an unknown key', ['threds: 2'], ':2:1: threds: unknown key, did you mean', "'threads'"],
  [
    'an unknown key of the host',
    ['host:', '  ram: 1G', '  page: 4K'],
    ':4:3: host.page: unknown key',
    "'pages'",
  ],
  [
    'an unknown parameter',
    ['set:', '  tceCache:', '    wais: 4'],
    ':4:5 tceCache.wais: unknown key, did you mean',
    "'tceCache.ways'",
  ],
  [
    'a wrong value',
    ['set:', '  tceCache:', '    ways: many'],
    ':4:5 tceCache.ways: expected a whole number',
    "'many'",
  ],
  ['a key given twice', ['phb: phb4', 'phb: phb3'], ':3:1: ', 'unique'],
  [
    'a parameter in both spellings',
    ['set:', '  tceCache:', '    ways: 8', '  tceCache.ways: 4'],
    ':5:3: tceCache.ways: given twice, first at ',
    'study.yaml:4:5',
  ],
  [
    'a setting of the host in both places',
    ['host:', '  pages: 4K', 'set:', '  host.pages: 64K'],
    ':5:3: host.pages: given twice, first at ',
    'study.yaml:3:3',
  ],
  [
    'a list where one value belongs',
    ['set:', '  tceCache:', '    ways: [1]'],
    ':4:5 tceCache.ways: expected one value, got the list [1]',
    '',
  ],
  [
    'a list of page sizes of the host',
    ['set:', '  host.pages: [4K]'],
    ':3:3 host.pages: expected one value, got the list [4K]',
    '',
  ],
  ['text where a list belongs', ['windows: 64K:1G'], ':2:1: windows: ', 'expected a list, got'],
  ['a host without content', ['host:'], ':2:1: host: ', 'expected a map of keys, got nothing'],
  ['threads below one', ['threads: 0'], ':2:1: threads: ', '1'],
  ['a bracket that is never closed', ['windows: [64K:1G'], ':', 'study.yaml'],
])('%s is refused by line and column', async (_what, lines, place, hint) => {
  const file = scenario('trace: ../traces/two.csv', ...lines);
  const { code, stdout, stderr } = await tcesim('run', file);
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toMatch(/^tcesim: [^\n]+\n$/);
  expect(stderr).toContain(`${file}${place}`);
  expect(stderr).toContain(hint);
});

test.each([
  ['that is empty', ''],
  ['that is a list', '- a\n- b\n'],
  ['that is one word', 'trace'],
])('a file %s is refused', async (_what, text) => {
  writeFileSync(path('wrong.yaml'), text);
  const { code, stderr } = await tcesim('run', path('wrong.yaml'));
  expect(code).toBe(3);
  expect(stderr).toMatch(
    /^tcesim: .*wrong\.yaml: expected a YAML map of keys \(a trace goes with --trace\)\n$/,
  );
});

test('a file that is not there is refused by name', async () => {
  const { code, stderr } = await tcesim('run', path('missing.yaml'));
  expect(code).toBe(3);
  expect(stderr).toMatch(/^tcesim: .*missing\.yaml: no such file\n$/);
});

test('a trace that the file names and that is not there is refused by its path', async () => {
  const { code, stderr } = await tcesim('run', scenario('trace: gone.csv'));
  expect(code).toBe(3);
  expect(stderr).toMatch(/^tcesim: .*\.yaml:\d+:\d+: trace: .*gone\.csv: no such file\n$/);
});
