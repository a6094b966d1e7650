/** `tcesim run --tables`: traces that begin on dumped tables. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { sample, succeed, tcesim, workFolder } from '../cli/command.ts';
import { runJson, withoutHost, writeCsv } from '../results/run.ts';
import { RECORDED, twoLevels, writeDump } from './dump.ts';

const path = workFolder();
const CALLS = fileURLToPath(
  new URL('../../docs/examples/vfio/recorded/pn9-64k-vfio.ioctls.txt', import.meta.url),
);
const NO_FREEZE = ['--set', 'fault.freezesPe=false'];

/** A DMA of the recording: phb, devfn, pe, select, bus address, length, direction, real address. */
type RecordedDma = [string, number, number, number, number, string, number, string, string | null];

/** The recorded DMAs by the DUMP in front of them, which the recorded calls tell. */
function recordedPhases(): Map<number, RecordedDma[]> {
  const lines = readFileSync(sample('p9-vfio.jsonl'), 'utf8').split('\n');
  const dmas = lines.filter((line) => line.startsWith('["dma"')).map((line) => JSON.parse(line));
  const phases = new Map<number, RecordedDma[]>();
  let dump = 0;
  let next = 0;
  for (const line of readFileSync(CALLS, 'utf8').split('\n')) {
    if (line.startsWith('DUMP')) dump += 1;
    const [, address, length] = /^DMA [RW] iova=(\S+) len=(\S+)/.exec(line) ?? [];
    if (address === undefined) continue;
    const start = BigInt(address);
    const end = start + BigInt(length);
    // QEMU cuts an access at the window's pages, and tries a refused one again.
    for (let done = start; done < end && next < dmas.length; next += 1) {
      const from = BigInt(dmas[next][5]);
      if (from < start || from >= end) break;
      phases.set(dump, [...(phases.get(dump) ?? []), dmas[next]]);
      done = from + BigInt(dmas[next][6]);
    }
  }
  return phases;
}

const row = ([, phb, devfn, pe, , address, length, access, real]: RecordedDma) =>
  `0,${access === 'w' ? 'write' : 'read'},${phb},${devfn},${pe},${length},${address},${real ?? '0xffffffffffffffff'}`;

const phases = recordedPhases();

test('every recorded DMA stands behind one of 21 DUMPs', () => {
  expect([...phases.values()].flat()).toHaveLength(338);
  expect(phases.size).toBe(21);
});

// QEMU wraps around where a PHB faults behind the window: once each behind DUMPs 1, 7 and 13.
test.each([
  [[1, 2, 3, 4, 5, 6, 7], 2],
  [[8, 9, 10, 11, 12, 13, 14], 1],
  [[15, 16, 17, 19, 20, 21, 22], 0],
])('on the DUMPs %j all DMAs behind them go where QEMU sent them, but for %i outside of their window', async (dumps, outside) => {
  const sums = { differed: 0, outside: 0, notCompared: 0 };
  for (const dump of dumps) {
    const dmas = phases.get(dump) as RecordedDma[];
    const trace = writeCsv(path('phase.csv'), dmas.map(row));
    const args = ['--trace', trace, '--tables', RECORDED, '--dump', String(dump), ...NO_FREEZE];
    const result = await runJson(...args);
    expect(result.dmas).toBe(dmas.length);
    expect(result.agreed + result.differed).toBeGreaterThanOrEqual(dmas.length);
    sums.differed += result.differed;
    sums.notCompared += result.notCompared;
    sums.outside += result.faultsByKind['tvt-address'];
    // What is there before the trace begins is nobody's kill, store or call.
    expect([result.kills.pe, result.tables.stores, result.tables.calls]).toEqual([0, 0, []]);
  }
  expect(sums).toEqual({ differed: outside, outside, notCompared: 0 });
});

// A capture's stores are found by what DMAs read, and what none has read yet counts as 0. The page at
// 0x7b20000 was unmapped before any DMA had read its TCE: for this one the dump's stays.
test('a cut capture goes on from a DUMP, its own later rows on top of it', async () => {
  const all = path('all.arrow');
  const part = path('part.arrow');
  await succeed('trace', 'import', sample('p9-vfio.jsonl'), '-o', all);
  const csv = await succeed('trace', 'cat', all, '--format', 'csv', '--rows', '100');
  const rows = csv.split('\n').slice(2);
  const first = rows.findIndex((line) => /,(read|write),/.test(line));
  await succeed('trace', 'cut', all, '-o', part, '--from', String(first));
  const whole = await runJson('--trace', all, ...NO_FREEZE);
  expect([whole.dmas, whole.differed]).toEqual([338, 3]);
  const args = ['--trace', part, '--tables', RECORDED, '--dump', '1', ...NO_FREEZE];
  const { dmas, agreed, differed } = await runJson(...args);
  expect([dmas, agreed, differed]).toEqual([338, whole.agreed - 1, 4]);
  // Without the dump the first window is not there.
  const { faultsByKind } = await runJson('--trace', part, ...NO_FREEZE);
  expect(faultsByKind['tve-invalid']).toBeGreaterThan(20);
});

test('1 and 3 threads give the same bytes on four PHBs of a dump', async () => {
  const phbs = [0, 1, 2, 5];
  const file = writeDump(path('phbs.jsonl'), ...phbs.map((phb) => twoLevels({ phb })));
  const rows = Array.from({ length: 400 }, (_, at) => {
    const phb = phbs[at % 4];
    if (at % 50 === 49) return `${at * 10},map,${phb},0,1,65536,0x20000,0x30000003`;
    return `${at * 10},read,${phb},256,1,512,${(at * 512) % 0x30000},0`;
  });
  const trace = writeCsv(path('phbs.csv'), rows);
  const args = ['--trace', trace, '--tables', file, ...NO_FREEZE];
  const [one, three] = [
    await runJson(...args, '--threads', '1'),
    await runJson(...args, '--threads', '3'),
  ];
  expect(withoutHost(three)).toBe(withoutHost(one));
  expect(one.windows).toHaveLength(4);
});

test('results say which DUMP of which file, and the window is listed with its TVE', async () => {
  const trace = writeCsv(path('named.csv'), ['1,read,0,256,509,64,0x8090,0x17ef8090']);
  const result = await runJson('--trace', trace, '--tables', RECORDED, '--dump', '3');
  expect(result.scenario.tables).toEqual({
    file: 'pn9-64k-vfio.tables.jsonl',
    dump: 3,
    at: 'DUMP mapped',
  });
  expect(result.windows).toMatchObject([{ pe: 509, tve: '0x24a02505', levels: 2 }]);
  expect([result.agreed, result.faults]).toEqual([1, 0]);
});

/** Rows on `twoLevels`, each DMA with the real address that it must have. */
async function onTwoLevels(name: string, ...rows: string[]) {
  const trace = writeCsv(path(`${name}.csv`), rows);
  const file = writeDump(path('two.jsonl'), twoLevels());
  return runJson('--trace', trace, '--tables', file, ...NO_FREEZE);
}

const REFUSED = '0xffffffffffffffff';

test('map and unmap rows write into the dumped tables, and kill', async () => {
  const { agreed, differed, kills, tables } = await onTwoLevels(
    'map',
    '1000,read,0,256,1,64,0x100,0x10000100',
    '2000,map,0,256,1,65536,0x20000,0x20000003',
    '5000,write,0,256,1,64,0x20100,0x20000100',
    '6000,unmap,0,256,1,65536,0x0,0',
    `9000,read,0,256,1,64,0x100,${REFUSED}`,
    // A leaf that the dump does not have: 512 pages of 64 KiB are 32 MiB.
    '10000,map,0,256,1,65536,0x2000000,0x30000003',
    '13000,read,0,256,1,64,0x2000040,0x30000040',
  );
  expect([agreed, differed, kills.pe]).toEqual([4, 0, 3]);
  expect(tables.calls).toMatchObject([
    { call: 'MAP', answer: 'ok', count: 2 },
    { call: 'UNMAP', answer: 'ok', count: 1 },
  ]);
});

test("a hypervisor's rows write into the dumped tables", async () => {
  const { agreed, differed } = await onTwoLevels(
    'hcalls',
    '1000,put,0,256,1,1,0x30000,0x40000003',
    '2000,indirect,0,256,1,3,0x40000,0x50000003',
    '5000,read,0,256,1,64,0x30040,0x40000040',
    '6000,read,0,256,1,64,0x60040,0x50020040',
    '7000,stuff,0,256,1,4,0x30000,0',
    `10000,read,0,256,1,64,0x60040,${REFUSED}`,
  );
  expect([agreed, differed]).toEqual([3, 0]);
});

test('tve, store and kill rows do what they always do', async () => {
  const { agreed, differed, tables } = await onTwoLevels(
    'raw',
    '1000,store,0,0,0,8,0x1003010,0x60000003',
    '2000,kill,0,0,0,0,0,0x8000000000000000',
    '5000,read,0,256,1,64,0x20040,0x60000040',
    '6000,tve,0,0,0,0,2,0',
    `9000,read,0,256,1,64,0x20040,${REFUSED}`,
  );
  expect([agreed, differed, tables.stores]).toEqual([2, 0, 1]);
});

test('a remove row disables the TVE, and a page of no window is refused', async () => {
  const { agreed, tables } = await onTwoLevels(
    'remove',
    '1000,map,0,256,1,65536,0x800000000000000,0x10000003',
    '2000,map,0,256,1,100,0x0,0x10000003',
    '3000,remove,0,256,1,0,0x0,0',
    `6000,read,0,256,1,64,0x100,${REFUSED}`,
  );
  expect(agreed).toBe(1);
  expect(tables.calls).toMatchObject([
    { call: 'MAP', answer: 'ENXIO' },
    { call: 'MAP', answer: 'EINVAL' },
    { call: 'REMOVE', answer: 'ok' },
  ]);
});

test('a create row takes the PE over: its dumped window goes', async () => {
  const { agreed, differed, windows } = await onTwoLevels(
    'create',
    '1000,read,0,256,1,64,0x100,0x10000100',
    `2000,create,0,256,1,${16 | (1 << 8)},0x0,0x40000000`,
    `5000,read,0,256,1,64,0x100,${REFUSED}`,
    '6000,map,0,256,1,65536,0x0,0x70000003',
    '9000,read,0,256,1,64,0x100,0x70000100',
  );
  expect([agreed, differed]).toEqual([3, 0]);
  expect(windows.map(({ levels }) => levels)).toEqual([2, 1]);
});

test('tables that the trace makes do not land in dumped ones above 4 GiB', async () => {
  const [root, leaf] = twoLevels().pages;
  const high = twoLevels({
    val: '0x1000000105',
    pages: [{ ...leaf, addr: '0x100000000' }],
  });
  expect(root.level).toBe(1);
  const file = writeDump(path('high.jsonl'), high);
  const trace = writeCsv(path('high.csv'), [
    `1000,create,0,512,2,${16 | (1 << 8)},0x0,0x40000000`,
    '2000,map,0,512,2,65536,0x0,0x70000003',
    '5000,read,0,512,2,64,0x100,0x70000100',
    '6000,read,0,256,1,64,0x100,0x10000100',
    '7000,read,0,256,1,64,0x10100,0x10010100',
  ]);
  expect(await runJson('--trace', trace, '--tables', file)).toMatchObject({
    agreed: 3,
    differed: 0,
  });
});

test('what our own machine dumps is a starting state, too', async () => {
  const dump = path('ours.jsonl');
  await tcesim('vfio', CALLS, '--dump', dump);
  const address = JSON.parse(readFileSync(dump, 'utf8').split('\n')[0]).leaves[0][0];
  const args = ['--tables', dump, '--dump', '1', '--address', address];
  expect(await succeed('walk', ...args)).toContain('real address');
});

test('a scenario names a dump beside itself, and a flag another DUMP of it', async () => {
  writeDump(path('beside.jsonl'), twoLevels(), twoLevels({ seq: 2, at: 'later' }));
  const rows = [
    'rows: |',
    '  time_ns,op,rid,pe,address,length,value',
    '  0,read,01:00.0,1,0x40,64,0x10000040',
  ];
  const study = path('study.yaml');
  const dumpOf = async (...args: string[]) => (await runJson(study, ...args)).scenario.tables;
  writeFileSync(study, ['tables: beside.jsonl', ...rows, ''].join('\n'));
  expect(await dumpOf()).toMatchObject({ dump: 2, at: 'later' });
  expect(await dumpOf('--dump', '1')).toMatchObject({ dump: 1, at: 'here' });
  writeFileSync(study, ['tables: { file: beside.jsonl, dump: 1 }', ...rows, ''].join('\n'));
  expect(await dumpOf()).toMatchObject({ file: 'beside.jsonl', dump: 1 });
  writeFileSync(study, ['tables: [beside.jsonl]', ...rows, ''].join('\n'));
  const { code, stderr } = await tcesim('run', study);
  expect(code).toBe(3);
  expect(stderr).toContain(
    'study.yaml:1:1: tables: expected a table dump, or file: and dump: of one',
  );
});

test('windows beside a dump are refused', async () => {
  const trace = writeCsv(path('windows.csv'), ['1,read,0,256,1,64,0,0']);
  const { code, stderr } = await tcesim(
    ...['run', '--trace', trace, '--tables', RECORDED, '--window', '64K:1G'],
  );
  expect(code).toBe(3);
  expect(stderr).toBe(
    'tcesim: --tables: expected no windows besides those of the dump, got 64K:1G\n',
  );
});

test('a dump of other PHBs than the trace has is remarked on', async () => {
  const trace = writeCsv(path('elsewhere.csv'), ['1,read,3,256,1,64,0,0']);
  const { code, stderr } = await tcesim('run', '--trace', trace, '--tables', RECORDED);
  expect(code).toBe(0);
  expect(stderr).toContain('tables of PHB 0, 1, which the trace has no row of');
});

test('--dump without a dump is a matter of usage', async () => {
  const trace = writeCsv(path('usage.csv'), ['1,read,0,256,1,64,0,0']);
  const { code, stderr } = await tcesim('run', '--trace', trace, '--dump', '1');
  expect([code, stderr]).toEqual([2, 'tcesim: run: --dump wants --tables FILE\n']);
});
