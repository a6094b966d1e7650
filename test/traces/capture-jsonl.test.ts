import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { REFUSED } from '../../traces/format.ts';
import type { ImportedTrace } from '../../traces/import/import.ts';
import { openTrace } from '../../traces/open.ts';
import { importText, type Row, rowsOf, samplePath } from './rows.ts';

const WALK = '[[1,"0x3440000","0x28930003"],[0,"0x28930080","0x289b0003"]]';
const DMA = `["dma",0,0,509,0,"0x100000",64,"r","0x289b0000",${WALK},"0x34402505"]`;

function brief({ op, phb, pe, length, address, value }: Row) {
  return [op, phb, pe, length, address, value];
}

async function importCapture(...lines: string[]) {
  return importText('capture.jsonl', lines);
}

describe('a bare-metal capture', () => {
  test('gives TVE writes, kills and DMA their rows', async () => {
    const { rows } = await importCapture(
      '["tve",1,506,"0x34702505"]',
      '["kill",1,"0x40000000000000fd"]',
      '["dma",1,8,253,1,"0x800000000001000",1500,"w","0x1000",[],"0x801080"]',
    );
    expect(rows).toMatchObject([
      { op: 'tve', phb: 1, pe: 253, address: 506n, value: 0x34702505n },
      { op: 'kill', phb: 1, value: 0x40000000000000fdn },
      {
        op: 'write',
        phb: 1,
        rid: 8,
        pe: 253,
        length: 1500,
        address: 0x800000000001000n,
        value: 0x1000n,
      },
    ]);
  });

  test('stores what a walk read in front of its DMA, and only what changed since', async () => {
    const changed = DMA.replace('0x289b0003', '0x1230003');
    const { rows } = await importCapture('["kill",0,"0x0"]', DMA, DMA, changed);
    expect(rows.map(brief)).toEqual([
      ['kill', 0, 0, 0, 0n, 0n],
      ['store', 0, 0, 8, 0x3440000n, 0x28930003n],
      ['store', 0, 0, 8, 0x28930080n, 0x289b0003n],
      ['read', 0, 509, 64, 0x100000n, 0x289b0000n],
      ['read', 0, 509, 64, 0x100000n, 0x289b0000n],
      ['store', 0, 0, 8, 0x28930080n, 0x1230003n],
      ['read', 0, 509, 64, 0x100000n, 0x289b0000n],
    ]);
  });

  test('takes memory that nobody stored to for zero', async () => {
    const { rows } = await importCapture(
      '["dma",0,0,509,0,"0x2b790000",8,"w",null,[[0,"0x2335bc8","0x0"]],"0x23200605"]',
    );
    expect(rows.map(brief)).toEqual([['write', 0, 509, 8, 0x2b790000n, REFUSED]]);
  });

  test('stores a word again for another PHB, which may have a memory of its own', async () => {
    const { rows } = await importCapture(DMA, DMA.replace('"dma",0', '"dma",1'));
    expect(rows.filter(({ op }) => op === 'store').map(({ phb }) => phb)).toEqual([0, 0, 1, 1]);
  });
});

describe('a capture of a PAPR guest', () => {
  test('begins each PHB with the window that QEMU makes', async () => {
    const { rows } = await importCapture(
      '["put","0x80000100","0x1000","0x7e370003",0]',
      '["put","0x80000100","0x2000","0x7e371001",0]',
    );
    expect(rows.map(brief)).toEqual([
      ['create', 1, 1, 12, 0n, 1n << 30n],
      ['put', 1, 1, 1, 0x1000n, 0x7e370003n],
      ['put', 1, 1, 1, 0x2000n, 0x7e371001n],
    ]);
  });

  test('counts DMA from the start of its window, hypercalls from bus address 0', async () => {
    const { rows } = await importCapture(
      '["win","0x80000201",24,32,"0x800000000000000"]',
      '["multi","0x80000201","0x800000000000000","0x3",128,0]',
      '["dma","0x80000201","0x65a0000",64,"w","0x65a0000","0xffffff",3]',
      '["dma","0x80000201","0x65a0000",64,"r",null,"0xffffff",0]',
      '["unwin","0x80000201"]',
    );
    expect(rows.map(brief)).toEqual([
      ['create', 2, 1, 24, 0x800000000000000n, 1n << 32n],
      ['indirect', 2, 1, 128, 0x800000000000000n, 3n],
      ['write', 2, 1, 64, 0x8000000065a0000n, 0x65a0000n],
      ['read', 2, 1, 64, 0x8000000065a0000n, REFUSED],
      ['remove', 2, 1, 0, 0x800000000000000n, 0n],
    ]);
  });

  test('counts failed hypercalls and leaves them out', async () => {
    const { source, rows } = await importCapture(
      '["stuff","0x80000000","0x0","0x0",512,-4]',
      '["multi","0x80000000","0x0","0x3",16,-4]',
      '["stuff","0x80000000","0x0","0x0",512,0]',
    );
    expect(rows.map(({ op }) => op)).toEqual(['create', 'stuff']);
    expect([...source.skipped.counts]).toEqual([['failed hypercall', 2]]);
  });

  test('spells a run of single clears out, as the guest made them', async () => {
    const { rows } = await importCapture('["clear","0x80000000","0x10000",3,4096]');
    expect(rows.slice(1).map(brief)).toEqual([
      ['put', 0, 1, 1, 0x10000n, 0n],
      ['put', 0, 1, 1, 0x11000n, 0n],
      ['put', 0, 1, 1, 0x12000n, 0n],
    ]);
  });

  test('assumes 16 bytes read of a bare translation, and says how often', async () => {
    const { source, rows } = await importCapture(
      '["xlate","0x80000000","0x30010040","0x6570000",3,"0xfff"]',
      '["xlate","0x80000000","0x30010040","0x6570000",2,"0xfff"]',
      '["xlate","0x80000000","0x30010040","0x0",0,"0xfff"]',
    );
    expect(rows.slice(1).map(brief)).toEqual([
      ['read', 0, 1, 16, 0x30010040n, 0x6570040n],
      ['write', 0, 1, 16, 0x30010040n, 0x6570040n],
      ['read', 0, 1, 16, 0x30010040n, REFUSED],
    ]);
    expect([...(source as ImportedTrace).skipped.assumed]).toEqual([
      ['length and direction of a DMA', 2],
      ['length of a DMA', 1],
    ]);
  });

  test('leaves out windows that it never saw created and devices that are no PHB', async () => {
    const { source, rows } = await importCapture(
      '["put","0x80000001","0x800000000000000","0x3",0]',
      '["put","0x71000000","0x0","0x3",0]',
    );
    expect(rows).toEqual([]);
    expect([...source.skipped.counts.values()]).toEqual([1, 1]);
  });
});

test('bad lines are counted, the first five kept with their numbers', async () => {
  const good = '["kill",0,"0x0"]';
  const { source, rows } = await importCapture(
    good,
    '["kill",0',
    '["kill",256,"0x0"]',
    '["kill",0,"zz"]',
    '["mark","hello"]',
    '["dma",0,0,509,0,"0x0",-1,"r","0x0",[],"0x0"]',
    '["dma",0,0,509,0,"0x0",1,"x","0x0",[],"0x0"]',
    '{"kill":0}',
    good,
  );
  expect(rows).toHaveLength(2);
  expect([...source.skipped.counts]).toEqual([
    ['malformed line', 6],
    ['other event', 1],
  ]);
  expect(source.skipped.first).toEqual([
    { line: 2, reason: 'expected a JSON array, got text that is no JSON' },
    { line: 3, reason: "phb: expected a whole number below 2^8, got '256'" },
    { line: 4, reason: "kill: expected a 64-bit hexadecimal number, got 'zz'" },
    { line: 6, reason: "length: expected a whole number below 2^32, got '-1'" },
    { line: 7, reason: "access: expected r or w, got 'x'" },
  ]);
});

test.each([
  ['p9-nobypass-head.jsonl', 1267],
  ['p8-nobypass-head.jsonl', 1482],
  ['p9-bypass-head.jsonl', 1479],
  ['p9-vfio.jsonl', 338],
])('%s: every line of the sample is a row, %i of them DMA, and every walk is stored', async (name, dma) => {
  const source = await openTrace(samplePath(name));
  const rows = await rowsOf(source);
  const lines = readFileSync(samplePath(name), 'utf8').trim().split('\n');
  expect(lines.filter((line) => line.startsWith('["dma"'))).toHaveLength(dma);
  expect(rows.filter(({ op }) => op === 'read' || op === 'write')).toHaveLength(dma);
  expect(rows.filter(({ op }) => op !== 'store')).toHaveLength(lines.length);
  expect(source.skipped.counts.size).toBe(0);
  expect(walksNotInMemory(lines, rows)).toBe(0);
});

test('the shipped trace is its capture: the same first rows', async () => {
  const rows = await rowsOf(await openTrace(samplePath('p9-nvme-e1000e.arrow')));
  const head = await rowsOf(await openTrace(samplePath('p9-nobypass-head.jsonl')));
  expect(rows).toHaveLength(59_336);
  expect(rows.slice(0, head.length)).toEqual(head);
});

/** Replays the stores into a memory and counts the reads of the capture that it answers otherwise. */
function walksNotInMemory(lines: readonly string[], rows: readonly Row[]): number {
  const memory = new Map<bigint, bigint>();
  const walks = lines.map((line) => JSON.parse(line)).filter(([kind]) => kind === 'dma');
  let wrong = 0;
  for (const { op, address, value } of rows) {
    if (op === 'store') memory.set(address, value);
    if (op !== 'read' && op !== 'write') continue;
    for (const [, at, tce] of walks.shift()[9]) {
      if ((memory.get(BigInt(at)) ?? 0n) !== BigInt(tce)) wrong += 1;
    }
  }
  return wrong;
}

/** A list in a list in a list; deeper than the stack of JavaScript. */
const NESTED = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;

test.each([
  ['[{"toString":1,"valueOf":1},1]', 'expected the name of an event first, got an object'],
  [NESTED, 'expected the name of an event first, got a list'],
  ['[]', 'expected the name of an event first, got nothing'],
  [
    '["put",{"toString":1,"valueOf":1},"0","0",0]',
    'liobn: expected a 32-bit hexadecimal number, got an object',
  ],
  [`["kill",0,${NESTED}]`, 'kill: expected a 64-bit hexadecimal number, got a list'],
  [`["kill",${NESTED},"0"]`, 'phb: expected a whole number below 2^8, got a list'],
  ['["kill",[0],"0"]', 'phb: expected a whole number below 2^8, got a list'],
  ['["kill",null,"0"]', "phb: expected a whole number below 2^8, got 'null'"],
  ['["kill",0,"a\\nb"]', "kill: expected a 64-bit hexadecimal number, got 'a b'"],
  [
    `["kill",0,"${'z'.repeat(99)}"]`,
    `kill: expected a 64-bit hexadecimal number, got '${'z'.repeat(40)}..'`,
  ],
  ['["put","0","0","0",{}]', 'result: expected a number, got an object'],
  ['["dma",0,0,1,0,"0",1,{"toString":1},"0",[],"0"]', 'access: expected r or w, got an object'],
  ['["dma",0,0,1,0,"0",1,"r","0",{"toString":1},"0"]', 'reads: expected a list, got an object'],
  ['["dma",0,0,1,0,"0",1,"r","0",[{}],"0"]', 'reads: expected lists, got an object'],
])('a line of another make is malformed: %.50s', async (line, reason) => {
  const { source, rows } = await importCapture('["kill",0,"0x1"]', line);
  expect(rows).toHaveLength(1);
  expect(source.skipped.first).toEqual([{ line: 2, reason }]);
});

test("events named as Object's own are other events, and blank lines blank lines", async () => {
  const names = ['__proto__', 'valueOf', 'toString', 'constructor', 'hasOwnProperty'];
  const lines = names.map((name) => JSON.stringify([name, 1]));
  const { source, rows } = await importCapture('["kill",0,"0x1"]', '', ...lines, '  ');
  expect(rows).toHaveLength(1);
  expect(Object.fromEntries(source.skipped.counts)).toEqual({ 'other event': 5, 'blank line': 2 });
});

test('a run of clears in a window that gives no rows is counted as the one line that it is', async () => {
  const { source } = await importCapture('["clear","0x71000000","0x0",512,4096]');
  expect([...source.skipped.counts.values()]).toEqual([1]);
});

test('the permission bits of a translated page are no part of the real address', async () => {
  const { rows } = await importCapture('["xlate","0x80000000","0x30010040","0x6570003",3,"0xfff"]');
  expect(rows[1]?.value).toBe(0x6570040n);
});
