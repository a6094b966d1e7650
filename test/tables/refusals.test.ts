/** Dumps that no PHB could walk: one line with the place, and exit code 3. */
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tcesim, workFolder } from '../cli/command.ts';
import { writeCsv } from '../results/run.ts';
import { RECORDED, twoLevels, type WrittenRow, writeDump } from './dump.ts';

const path = workFolder();
const trace = writeCsv(path('one.csv'), ['1,read,0,256,1,64,0x100,0']);

/** The line that `walk` and `run` both print for a dump. */
async function refusal(file: string, ...more: string[]): Promise<string> {
  const walk = await tcesim('walk', '--tables', file, '--address', '0', '--pe', '0:1', ...more);
  const run = await tcesim('run', '--tables', file, '--trace', trace, ...more);
  expect([walk.code, walk.stdout, run.code, run.stdout]).toEqual([3, '', 3, '']);
  expect(walk.stderr).toMatch(/^tcesim: [^\n]+\n$/);
  expect(run.stderr.replace(`${trace}: `, '')).toBe(walk.stderr);
  return walk.stderr;
}

/** `twoLevels` after a change. */
function changed(change: (row: WrittenRow) => void): WrittenRow {
  const row = twoLevels();
  change(row);
  return row;
}

test('a torn line is refused by its number', async () => {
  const file = path('torn.jsonl');
  const line = JSON.stringify(twoLevels());
  writeFileSync(file, `${line}\n${line.slice(0, 60)}`);
  expect(await refusal(file)).toContain("torn.jsonl:2: expected a JSON object, got '{");
});

test('a file without tables is refused', async () => {
  const file = path('none.jsonl');
  writeFileSync(file, '\n');
  expect(await refusal(file)).toContain('none.jsonl: expected tables, got none');
});

test('a DUMP that the file does not have is refused with those that it has', async () => {
  expect(await refusal(RECORDED, '--dump', '23')).toContain('DUMP: expected 1..22, got 23');
  const gaps = writeDump(path('gaps.jsonl'), twoLevels(), twoLevels({ seq: 4 }));
  expect(await refusal(gaps, '--dump', '3')).toContain('DUMP: expected 1, 4, got 3');
});

test.each(['0', 'last', '1.5', '-1'])('a DUMP %s is no number of one', async (number) => {
  const message = `--dump: expected the number of a DUMP, 1 or more, got '${number}'`;
  expect(await refusal(RECORDED, `--dump=${number}`)).toContain(message);
});

test('two TVEs at one index are refused', async () => {
  const file = writeDump(path('twice.jsonl'), twoLevels(), twoLevels({ val: '0x0', pages: [] }));
  const message = 'twice.jsonl:2: DUMP 1 of PHB 0, TVE 2: expected once, got it in line 1 already';
  expect(await refusal(file)).toContain(message);
});

test('one DUMP at two moments is refused', async () => {
  const file = writeDump(path('moments.jsonl'), twoLevels(), twoLevels({ phb: 1, at: 'there' }));
  expect(await refusal(file)).toContain("moments.jsonl:2: DUMP 1: expected 'here', got 'there'");
});

test.each([
  [
    'a block at an odd address',
    changed(({ pages }) => {
      pages[0].addr = '0x1002008';
    }),
    'table at 0x1002008: addr: expected a multiple of its 4096 bytes',
  ],
  [
    'a block of another size',
    changed(({ pages }) => {
      pages[1].bytes = 65_536;
    }),
    'table at 0x1003000: bytes: expected 4096, as the TVE says, got 65536',
  ],
  [
    'a leaf that is said to be of level 1',
    changed(({ pages }) => {
      pages[1].level = 1;
    }),
    'table that entry 0 of the one at 0x1002000 names: level: expected 0, got 1',
  ],
  [
    'a root of level 2 behind a TVE of two levels',
    changed(({ pages }) => {
      pages[0].level = 2;
    }),
    'the root of the TVE 0x10022105: level: expected 1, got 2',
  ],
  [
    'an entry whose table is missing',
    changed(({ pages }) => {
      pages[0].entries[7] = '0x1009003';
    }),
    'table that entry 7 of the one at 0x1002000 names: expected in pages at 0x1009000, got none',
  ],
  [
    'an index behind the end of a block',
    changed(({ pages }) => {
      pages[0].entries[512] = '0x1003003';
    }),
    'entries of the table at 0x1002000: expected an index below 512, got "512"',
  ],
  [
    'an index of another PE',
    twoLevels({ tve: 4 }),
    'tve: expected 2 or 3, an index of PE 1, got 4',
  ],
  [
    'tables behind a TVE without any',
    twoLevels({ val: '0x0' }),
    'pages: expected none, for the TVE 0x0 has no tables, got 2',
  ],
  ['a TVE that is no number', twoLevels({ val: 'TVE' }), 'val: expected a hexadecimal number'],
])('%s is refused', async (_what, row, message) => {
  expect(await refusal(writeDump(path('bad.jsonl'), row))).toContain(`bad.jsonl:1: ${message}`);
});

test('two different tables in one place are refused, the same one behind two TVEs is not', async () => {
  const other = changed(({ pages }) => {
    pages[1].entries[2] = '0x10020003';
  });
  const second = { tve: 3 };
  const clash = writeDump(path('clash.jsonl'), twoLevels(), { ...other, ...second });
  const message = 'clash.jsonl:2: table at 0x1003000: expected memory of its own';
  expect(await refusal(clash)).toContain(message);
  const shared = writeDump(path('shared.jsonl'), twoLevels(), twoLevels(second));
  expect((await tcesim('run', '--tables', shared, '--trace', trace)).code).toBe(0);
});

test('a PE that the PHB does not have is refused', async () => {
  expect(await refusal(RECORDED, '--phb', 'phb3', '--dump', '1')).toContain(
    'tables.jsonl:1: pe: expected 0..255 on phb3, got 509',
  );
});
