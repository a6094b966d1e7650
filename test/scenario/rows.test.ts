/** A scenario that brings its trace along: rows as CSV, and the example of a freeze among them. */
import { readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { succeed, tcesim, workFolder } from '../cli/command.ts';
import { runJson, writeCsv } from '../results/run.ts';

const path = workFolder();
const EXAMPLES = fileURLToPath(new URL('../../docs/examples/', import.meta.url));
const HEADER = 'time_ns,op,rid,pe,address,length,value';

/** Writes a scenario with such keys and rows. */
function scenario(keys: readonly string[], rows: readonly string[]): string {
  const file = path('study.yaml');
  writeFileSync(file, [...keys, 'rows: |', ...rows.map((row) => `  ${row}`), ''].join('\n'));
  return file;
}

const WINDOW = "windows: ['64K:1G:levels=1']";
const MAPPED = '0,map,0x100,1,0,65536,0x10000003';

test('rows are a trace with times; the file is its name', async () => {
  const rows = [HEADER, MAPPED, '20000,read,0x100,1,0,64,0'];
  const result = await runJson(scenario([WINDOW], rows));
  expect([result.dmas, result.requests, result.misses, result.faults]).toEqual([1, 1, 1, 0]);
  expect(result.scenario).toMatchObject({
    pace: 'trace',
    trace: { file: 'study.yaml', source: 'import:csv', clock: 'time' },
  });
});

test('rows may say that only their order counts', async () => {
  const result = await runJson(scenario([WINDOW], ['# clock: order', HEADER, MAPPED]));
  expect(result.scenario).toMatchObject({ pace: 'closed:32', trace: { clock: 'order' } });
});

test('rows can be read twice: once for the pages that they touch', async () => {
  const rows = [HEADER, '0,read,0x100,1,0x20000,64,0', '9,write,0x100,1,0x70000,64,0'];
  const { requests, faults } = await runJson(scenario([WINDOW, 'map: touched'], rows));
  expect([requests, faults]).toEqual([2, 0]);
});

test('a trace of the command line counts instead of the rows', async () => {
  const trace = writeCsv(path('other.csv'), ['1,read,0,256,1,64,0,0', '2,read,0,256,1,64,0,0']);
  const { dmas } = await runJson(scenario([WINDOW], [HEADER, MAPPED]), '--trace', trace);
  expect(dmas).toBe(2);
});

test.each([
  ['an unknown operation', [HEADER, '0,raed,1,1,0,4,0'], ":2: column op: unknown operation 'raed'"],
  [
    'a bad number',
    [HEADER, MAPPED, '1,read,1,1,zz,4,0'],
    ':3: column address: expected an unsigned',
  ],
  ['a missing column', ['time_ns,op,rid,pe,address'], ':1: column length: missing'],
  [
    'an operation on a PE that is not there',
    [HEADER, '# a comment', '', MAPPED, '2,freeze,0,512,0,0,0'],
    ':5: freeze: pe: expected 0..511 on phb4, got 512',
  ],
  [
    'a TVT index that is not there',
    [HEADER, '0,tve,0,0,1024,0,1'],
    ':2: tve: address: expected a TVT index 0..1023 on phb4, got 1024',
  ],
  [
    'a store beside a TCE',
    [HEADER, '0,store,0,0,0x1004,8,1'],
    ':2: store: address: expected a multiple of 8, got 0x1004',
  ],
  [
    'a window that begins elsewhere',
    [HEADER, '0,create,0,1,0x1000,0x110,0x100000'],
    ':2: create: address: expected 0 or 0x800000000000000, got 0x1000',
  ],
  ['no header', ['# nothing'], ': expected a header that names time_ns, rid, op, address, length'],
])('%s is refused by file and row', async (_, rows, message) => {
  const file = scenario([], rows);
  const { code, stdout, stderr } = await tcesim('run', file);
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toMatch(/^tcesim: [^\n]+\n$/);
  expect(stderr).toContain(`${file}: rows${message}`);
});

test('a scenario has a trace or rows, not both', async () => {
  const file = scenario(['trace: other.csv'], [HEADER, MAPPED]);
  const { code, stderr } = await tcesim('run', file);
  expect([code, stderr]).toEqual([
    3,
    `tcesim: ${file}:2:1: rows: a scenario has a trace or rows, not both\n`,
  ]);
});

test.each(
  readdirSync(EXAMPLES).filter((name) => name.endsWith('.yaml')),
)('the example %s runs', async (name) => {
  expect(await succeed('run', `${EXAMPLES}${name}`)).toMatch(/^tcesim /);
});

// Seven requests of PE 1, three of them dropped while it is frozen; the two of PE 2 do not notice.
test('a page fault freezes its PE until software unfreezes it, and no other PE', async () => {
  const result = await runJson(`${EXAMPLES}freeze.yaml`);
  expect(result.faultsByKind['page-fault']).toBe(1);
  expect(result.dropped).toEqual({ frozen: 3, fenced: 0 });
  expect(result.freezes.count).toBe(1);
  expect(result.freezes.list).toMatchObject([
    {
      phb: 0,
      pe: 1,
      cause: 'page-fault',
      rid: '01:00.0',
      address: '0x10000',
      pest0: '0x0200200001000000',
      pest1: '0x0000000000010000',
    },
  ]);
  const pes = result.pes.map(({ pe, requests, faults }) => [pe, requests, faults]);
  expect(pes).toEqual([
    [1, 7, 1],
    [2, 2, 0],
  ]);
});

test('without freezes the same DMAs go on, as QEMU lets them', async () => {
  const result = await runJson(`${EXAMPLES}freeze.yaml`, '--set', 'fault.freezesPe=false');
  expect([result.faults, result.dropped.frozen, result.freezes.count]).toEqual([1, 0, 0]);
});
