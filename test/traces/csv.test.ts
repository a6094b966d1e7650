import { describe, expect, test } from 'vitest';
import { csvTrace, type OpenOptions, openTrace } from '../../traces/open.ts';
import { importText, rowsOf, temporaryFile } from './rows.ts';

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
    expect(source.metadata).toEqual({
      clock: 'time',
      source: 'import:csv',
      parameters: { columns: '', 'time-unit': 'ns', separator: ',' },
    });
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
    const { rows } = await importCsv(
      HEADER,
      '0,r,01:00.0,0,4',
      '0,R,0033:ff:1f.7,0,4',
      '0,r,10001:02:03.1,0,4',
    );
    expect(rows.map(({ op, rid }) => [op, rid])).toEqual([
      ['read', 0x0100],
      ['read', 0xffff],
      ['read', 0x0219],
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

const MISTAKES = [
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
    'an operation of Object',
    '1,constructor,8,0,4',
    "column op: unknown operation 'constructor'; known: ",
  ],
  [
    'a device beyond 31',
    '1,r,01:20.0,0,4',
    "column rid: expected a 16-bit number or bus:device.function, got '01:20.0'",
  ],
  ['too few cells', '1,r,8,0', 'expected 5 columns, got 4'],
  [
    'a time that decreases',
    '0,r,8,0,4',
    'column time_ns: expected at least 1, the time of the row before, got 0',
  ],
] as const;

describe('a mistake in a row', () => {
  test.each(
    MISTAKES,
  )('is counted, and the rows around it are read: %s', async (_, line, message) => {
    const { source, rows } = await importCsv(HEADER, '1,r,8,0,4', line, '2,r,8,0,4');
    expect(rows.map(({ timeNs }) => timeNs)).toEqual([1n, 2n]);
    expect(source.skipped.counts.get('malformed line')).toBe(1);
    expect(source.skipped.first).toEqual([
      { line: 3, reason: expect.stringContaining(message) as string },
    ]);
  });

  test.each(MISTAKES)('ends a strict import at its line: %s', async (_, line, message) => {
    const path = temporaryFile('t.csv', [HEADER, '1,r,8,0,4', line].join('\n'));
    const reading = openTrace(path, { strict: true }).then(rowsOf);
    await expect(reading).rejects.toThrow(`t.csv:3: ${message}`);
  });

  test.each(MISTAKES)('ends the reading of a scenario: %s', async (_, line, message) => {
    const trace = csvTrace([HEADER, '1,r,8,0,4', line].join('\n'), 's.yaml');
    await expect(rowsOf(trace)).rejects.toThrow(`s.yaml:3: ${message}`);
  });

  test('leaves no time behind', async () => {
    const { rows } = await importCsv(HEADER, '1,r,8,0,4', '9,r,8,zz,4', '2,r,8,0,4');
    expect(rows).toHaveLength(2);
  });
});

describe('a mistake in a header ends the import:', () => {
  test.each([
    [
      'an unknown column',
      'time_ns,op,rid,adress,length',
      "unknown column 'adress', did you mean 'address'?",
    ],
    ["a column of Object's", `${HEADER},constructor`, "unknown column 'constructor'; known: "],
    ['a missing column', 'time_ns,op,rid,address', 'column length: missing'],
    ['a column named twice', `${HEADER},op`, 'column op: named twice'],
  ])('%s', async (_, header, message) => {
    await expect(importCsv(header, '1,r,8,0,4')).rejects.toThrow(`t.csv:1: ${message}`);
  });
});

async function importMapped(lines: readonly string[], options: OpenOptions['options'] = {}) {
  const source = await openTrace(temporaryFile('t', lines.join('\n')), { format: 'csv', options });
  return { source, rows: await rowsOf(source) };
}

describe('a table of another tool', () => {
  test('has its columns named by a map, and its others left out', async () => {
    const path = temporaryFile(
      'analyser.csv',
      [
        'time,dir,type,requester,address,length',
        '0.5,up,MRd,01:00.0,0x1000,64',
        '0.75,up,CplD,00:00.0,0x0,64',
        '1.25,up,"MWr64",01:00.1,0x2000,128',
      ].join('\n'),
    );
    const columns = 'time:time_ns,type:op,requester:rid';
    const source = await openTrace(path, { options: { columns, 'time-unit': 'us' } });
    const rows = await rowsOf(source);
    const brief = rows.map((row) => [row.timeNs, row.op, row.rid, row.address, row.length]);
    expect(brief).toEqual([
      [500n, 'read', 0x100, 0x1000n, 64],
      [1250n, 'write', 0x101, 0x2000n, 128],
    ]);
    expect([...source.skipped.counts]).toEqual([['cpld: no memory request', 1]]);
    expect(source.metadata.parameters.columns).toBe(columns);
  });

  test('without a header has them by number, the first line being a row', async () => {
    const { rows } = await importMapped(['W;x;4096;3;0x100;16', 'Read;x;0;4;256;32'], {
      columns: '1:op,3:address,4:time_ns,5:rid,6:length',
      separator: ';',
    });
    const brief = rows.map((row) => [row.op, row.address, row.timeNs, row.rid, row.length]);
    expect(brief).toEqual([
      ['write', 4096n, 3n, 256, 16],
      ['read', 0n, 4n, 256, 32],
    ]);
  });

  test('may call what it counts otherwise by a name of ours: the map goes first', async () => {
    const { rows } = await importMapped(['time_ns,op,rid,address,length,bytes', '0,r,1,0,3,12'], {
      columns: 'bytes:length',
    });
    expect(rows[0]?.length).toBe(12);
  });

  test('may have tabs between its cells', async () => {
    const { rows } = await importMapped([HEADER.replaceAll(',', '\t'), '0\tr\t1\t16\t4'], {
      separator: 'tab',
    });
    expect(rows[0]?.address).toBe(16n);
  });

  test.each([
    ['s', '2.000000001', 2_000_000_001n],
    ['ms', '3', 3_000_000n],
    ['us', '0.0019', 1n],
    ['ns', '7.9', 7n],
  ])('counts its times in %s', async (unit, text, timeNs) => {
    const { rows } = await importMapped([HEADER, `${text},r,1,0,4`], { 'time-unit': unit });
    expect(rows[0]?.timeNs).toBe(timeNs);
  });

  test('has no time beyond 64 bits of ns', async () => {
    const { source } = await importMapped([HEADER, '18446744074,r,1,0,4'], { 'time-unit': 's' });
    expect(source.skipped.first[0]?.reason).toBe(
      "column time_ns: expected less than 2^64 ns, got '18446744074'",
    );
  });

  test.each([
    ['ts', "columns: expected their:ours or number:ours, got 'ts'"],
    ['ts:time', "columns: unknown column 'time', did you mean 'time_ns'?"],
    ['ts:constructor', "columns: unknown column 'constructor'; known: "],
    ['1:op,ts:rid', 'columns: expected either names or numbers, got both'],
    ['1:op,2:op', "columns: '2:op' names a column a second time"],
    ['1:op', 'column time_ns: missing'],
    ['adress:address', "columns: no column 'adress' in the header, did you mean 'address'?"],
  ])('with the map %s is refused', async (columns, message) => {
    await expect(importMapped([HEADER, '0,r,1,0,4'], { columns })).rejects.toThrow(message);
  });

  test('is separated by one character that no cell holds', async () => {
    await expect(importMapped([HEADER], { separator: 'ab' })).rejects.toThrow(
      "separator: expected a character such as ; or the word tab, got 'ab'",
    );
  });
});

test('blank lines are counted as such, those of a scenario are not', async () => {
  const lines = [HEADER, '', '0,r,1,0,4', ' ', '# end'];
  const { source } = await importCsv(...lines);
  expect([...source.skipped.counts]).toEqual([['blank line', 2]]);
  const rows = csvTrace(lines.join('\n'), 's.yaml');
  expect(await rowsOf(rows)).toHaveLength(1);
  expect(rows.skipped.counts.size).toBe(0);
});
