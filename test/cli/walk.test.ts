/** `tcesim walk`: worked examples, and captures of QEMU checked row by row. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { sample, succeed, tcesim, workFolder } from './command.ts';

const path = workFolder();
const LARGE = fileURLToPath(new URL('data/worked-examples.memory.txt', import.meta.url));
const SMALL = fileURLToPath(new URL('data/small-tables.memory.txt', import.meta.url));
/** Bus address of the second window, bit 59 set. */
const ADDRESS = '0x0800000012345678';

async function walkJson(memory: string, tve: string, address: string, ...more: string[]) {
  const args = ['--memory', memory, '--tve', tve, '--address', address, '--format', 'json'];
  return JSON.parse(await succeed('walk', ...args, ...more));
}

describe('three levels of 64 KiB tables', () => {
  const walked = walkJson(LARGE, '0x0000002400004505', ADDRESS);

  test('are read from the root down, at these addresses', async () => {
    const { reads } = await walked;
    expect(reads).toMatchObject([
      { level: 2, shift: 42, index: '0x0', address: '0x240000000', tce: '0x240010003' },
      { level: 1, shift: 29, index: '0x0', address: '0x240010000', tce: '0x240020003' },
      { level: 0, shift: 16, index: '0x1234', address: '0x2400291a0', tce: '0x1000ab0003' },
    ]);
  });

  test('have the leaf in slot 4 of its 128-byte line', async () => {
    const { reads } = await walked;
    expect(reads[2]).toMatchObject({ line: '0x240029180', slot: 4 });
  });

  test('lead to the real address', async () => {
    expect(await walked).toMatchObject({
      select: 1,
      realAddress: '0x1000ab5678',
      permission: 'rw',
      fault: null,
    });
  });

  test('are told as text in lines of at most 80 columns', async () => {
    const text = await succeed(
      ...['walk', '--tve', '0x0000002400004505', '--memory', LARGE, '--address', ADDRESS],
    );
    for (const word of ['0x240000000', '0x2400291a0', '0x1000ab5678']) expect(text).toContain(word);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('a leaf that lets the device read only', () => {
  const TVE = '0x0000002400004105';

  test('gives a read its real address after reads on 4 KiB tables', async () => {
    const { reads, realAddress } = await walkJson(SMALL, TVE, ADDRESS);
    expect(reads.map((read: { address: string }) => read.address)).toEqual([
      '0x240000000',
      '0x240001048',
      '0x2400021a0',
    ]);
    expect(realAddress).toBe('0x1000ab5678');
  });

  test('refuses a write after the same reads: an access fault, which is an answer and no error', async () => {
    const { reads, realAddress, fault } = await walkJson(SMALL, TVE, ADDRESS, '--write');
    expect(reads).toHaveLength(3);
    expect(realAddress).toBeNull();
    expect(fault).toBe('access-fault');
  });
});

test.each([
  ['2M pages, one level', '0x0000002a00000b0a', ADDRESS, '0x1200145678'],
  ['4K pages, the default window', '0x0000002b00000b01', '0x12345678', '0x734561678'],
  [
    'an untranslated window up to 512 GiB',
    '0x0000000080001080',
    '0x0800007fffffffff',
    '0x7fffffffff',
  ],
  ['an unchecked untranslated window', '0x1000', '0x0800010000000000', '0x10000000000'],
])('%s: the real address is found', async (_what, tve, address, real) => {
  expect(await walkJson(LARGE, tve, address)).toMatchObject({ realAddress: real, fault: null });
});

test.each([
  [
    'the first byte behind an untranslated window',
    '0x0000000080001080',
    '0x0800008000000000',
    'tvt-address',
  ],
  [
    'an address behind what the tables reach',
    '0x0000002a00000b0a',
    '0x0800010000000000',
    'tvt-address',
  ],
  [
    'bit 56 set over tables that reach 55 bits',
    '0x0000002400004505',
    '0x0900000012345678',
    'tvt-address',
  ],
  ['6 levels', '0x000000240000a505', ADDRESS, 'tve-invalid'],
  ['a table size of 0', '0x0000002400004005', ADDRESS, 'tve-invalid'],
  ['a disabled TVE', '0', ADDRESS, 'tve-invalid'],
  ['a page that is not mapped', '0x0000002400004505', '0x0800000012355678', 'page-fault'],
  ['bits 63:60 of 2', '0x0000002400004505', '0x2000000012345678', 'unsupported-address'],
])('%s: the fault is named', async (_what, tve, address, fault) => {
  expect(await walkJson(LARGE, tve, address)).toMatchObject({ realAddress: null, fault });
});

describe('walk --check', () => {
  // Rows and refusals as samples/README.md and the captures themselves count them.
  test.each([
    ['p9-nobypass-head.jsonl', 'phb4'],
    ['p9-bypass-head.jsonl', 'phb4'],
    ['p9-fio.jsonl', 'phb4'],
    ['p9-vfio.jsonl', 'phb4'],
    ['p8-nobypass-head.jsonl', 'phb3'],
  ])('%s: every DMA goes where QEMU sent it', async (name, phb) => {
    const lines = readFileSync(sample(name), 'utf8').split('\n');
    const dmas = lines.filter((line) => line.startsWith('["dma"')).map((line) => JSON.parse(line));
    const text = await succeed('walk', '--check', sample(name), '--phb', phb, '--format', 'json');
    const { rows, agreed, refused, outOfWindow, differences } = JSON.parse(text);
    expect(rows).toBe(dmas.length);
    expect(refused).toBe(dmas.filter((fields) => fields[8] === null).length);
    expect(differences).toEqual([]);
    expect(agreed + outOfWindow).toBe(rows);
    expect(outOfWindow).toBe(name === 'p9-vfio.jsonl' ? 3 : 0);
  });

  test('ends with 4 and names the line where one real address was altered', async () => {
    const lines = readFileSync(sample('p9-fio.jsonl'), 'utf8').split('\n');
    const at = lines.findIndex((line) => line.startsWith('["dma"') && !line.includes('null'));
    const fields = JSON.parse(lines[at]);
    fields[8] = `0x${(BigInt(fields[8]) ^ 0x1000n).toString(16)}`;
    lines[at] = JSON.stringify(fields);
    writeFileSync(path('altered.jsonl'), lines.join('\n'));
    const { code, stdout } = await tcesim('walk', '--check', path('altered.jsonl'));
    expect(code).toBe(4);
    expect(stdout).toContain(`altered.jsonl:${at + 1}:`);
    expect(stdout).toMatch(/different +1\n/);
  });

  test('ends with 4 where a table word was altered', async () => {
    const lines = readFileSync(sample('p9-fio.jsonl'), 'utf8').split('\n');
    const at = lines.findIndex((line) => line.startsWith('["dma"') && line.includes('[[1,'));
    const fields = JSON.parse(lines[at]);
    fields[9].at(-1)[2] = '0x0';
    lines[at] = JSON.stringify(fields);
    writeFileSync(path('unmapped.jsonl'), lines.join('\n'));
    expect((await tcesim('walk', '--check', path('unmapped.jsonl'))).code).toBe(4);
  });
});
