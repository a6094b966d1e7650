import { describe, expect, test } from 'vitest';
import { importText } from './rows.ts';

const HEADER = 'time_ns,op,rid,address,length';

async function importCsv(...lines: string[]) {
  return importText('t.csv', lines);
}

describe('a table', () => {
  test('has its columns in any order and its numbers in both writings', async () => {
    const { source, rows } = await importCsv(
      'address,length,value,op,pe,phb,rid,time_ns',
      '0x800000000001000,4096,0x10,W,7,2,0x0108,5',
      '18446744073709551615,1,0,stuff,65535,255,65535,0x10',
    );
    expect(source.metadata).toEqual({ clock: 'time', source: 'import:csv', parameters: {} });
    expect(rows).toEqual([
      {
        timeNs: 5n,
        op: 'write',
        phb: 2,
        rid: 0x108,
        pe: 7,
        length: 4096,
        address: 0x800000000001000n,
        value: 16n,
      },
      {
        timeNs: 16n,
        op: 'stuff',
        phb: 255,
        rid: 65535,
        pe: 65535,
        length: 1,
        address: (1n << 64n) - 1n,
        value: 0n,
      },
    ]);
  });

  test('may name its requesters as lspci does, with a domain or without', async () => {
    const { rows } = await importCsv(HEADER, '0,r,01:00.0,0,4', '0,R,0033:ff:1f.7,0,4');
    expect(rows.map(({ op, rid }) => [op, rid])).toEqual([
      ['read', 0x0100],
      ['read', 0xffff],
    ]);
  });

  test('without PE numbers counts the requesters from 1 as they appear', async () => {
    const { rows } = await importCsv(HEADER, '0,r,9,0,4', '0,r,8,0,4', '0,kill,0,0,0', '0,r,9,0,4');
    expect(rows.map(({ pe }) => pe)).toEqual([1, 2, 0, 1]);
  });

  test('counts the requester of a freeze as well, and none for what concerns the whole PHB', async () => {
    const names = ['freeze', 'unfreeze', 'peltv', 'fence', 'reset'];
    const { rows } = await importCsv(HEADER, '0,r,9,0,4', ...names.map((op) => `0,${op},8,0,1`));
    expect(rows.map(({ op, pe }) => [op, pe])).toEqual([
      ['read', 1],
      ['freeze', 2],
      ['unfreeze', 2],
      ['peltv', 2],
      ['fence', 0],
      ['reset', 0],
    ]);
  });

  test('may have CRLF, blank lines, spaces, comments and no newline at its end', async () => {
    const { rows } = await importCsv(
      '# made by hand\r',
      ` ${HEADER} \r`,
      '\r',
      '1, r, 8, 0x10, 4\r',
      '',
      '2,w,8,0x20,4',
    );
    expect(rows.map(({ address }) => address)).toEqual([0x10n, 0x20n]);
  });

  test('keeps only the order if its first line says so', async () => {
    const { source } = await importCsv('# clock: order', HEADER, '0,r,1,0,4');
    expect(source.metadata.clock).toBe('order');
  });
});

describe('a mistake in a table stops the import at its line:', () => {
  test.each([
    ['a bad number', '1,r,8,zz,4', "column address: expected an unsigned 64-bit number, got 'zz'"],
    [
      'a number of 65 bits',
      '1,r,8,0x10000000000000000,4',
      "column address: expected an unsigned 64-bit number, got '0x10000000000000000'",
    ],
    [
      'a length of 33 bits',
      '1,r,8,0,4294967296',
      "column length: expected an unsigned 32-bit number, got '4294967296'",
    ],
    [
      'a negative number',
      '1,r,8,-1,4',
      "column address: expected an unsigned 64-bit number, got '-1'",
    ],
    ['an empty cell', '1,r,8,,4', "column address: expected an unsigned 64-bit number, got ''"],
    [
      'an unknown operation',
      '1,raed,8,0,4',
      "column op: unknown operation 'raed', did you mean 'read'?",
    ],
    [
      'a device beyond 31',
      '1,r,01:20.0,0,4',
      "column rid: expected a 16-bit number or bus:device.function, got '01:20.0'",
    ],
    ['too few cells', '1,r,8,0', 'expected 5 columns, got 4'],
    ['a time that decreases', '0,r,8,0,4', 'column time_ns: expected at least 1, got 0'],
  ])('%s', async (_, line, message) => {
    await expect(importCsv(HEADER, '1,r,8,0,4', line)).rejects.toThrow(`t.csv:3: ${message}`);
  });

  test.each([
    [
      'an unknown column',
      'time_ns,op,rid,adress,length',
      "unknown column 'adress', did you mean 'address'?",
    ],
    ['a missing column', 'time_ns,op,rid,address', 'column length: missing'],
    ['a column named twice', `${HEADER},op`, 'column op: named twice'],
  ])('%s', async (_, header, message) => {
    await expect(importCsv(header, '1,r,8,0,4')).rejects.toThrow(`t.csv:1: ${message}`);
  });
});
