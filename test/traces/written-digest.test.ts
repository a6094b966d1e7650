/** A trace file states the digest of its rows; the verbs of `trace` say where they are not those any more. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Op } from '../../traces/format.ts';
import { openTrace } from '../../traces/open.ts';
import { summarize } from '../../traces/summary.ts';
import { writeTrace } from '../../traces/write.ts';
import { tcesim } from '../cli/command.ts';
import { rowsOf, samplePath, sourceOf, temporaryFile, temporaryPath } from './rows.ts';

/** A value whose bytes stand nowhere else in the file. */
const VALUE = 0x1122_3344_5566_7788n;
const BYTES = Uint8Array.of(0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11);

async function written(): Promise<string> {
  const path = temporaryPath('a.arrow');
  const rows = [1n, 2n, 3n].map((page) => ({
    op: Op.read,
    rid: 0x100,
    length: 64,
    address: page << 16n,
    value: page === 2n ? VALUE : 0n,
  }));
  await writeTrace(sourceOf(rows), path);
  return path;
}

/** The file with one byte of one value flipped. */
function damaged(path: string): string {
  const bytes = readFileSync(path);
  const at = bytes.indexOf(BYTES);
  expect(bytes.indexOf(BYTES, at + 1)).toBe(-1);
  bytes[at] ^= 0x01;
  writeFileSync(path, bytes);
  return path;
}

test('info of a whole file says that its rows are as written, and ends with 0', async () => {
  const { code, stdout, stderr } = await tcesim('trace', 'info', await written());
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^digest +sha256:[0-9a-f]{64},\s+same as written$/m);
});

test('info of a file with one flipped value byte warns in one line, shows all, and ends with 4', async () => {
  const path = damaged(await written());
  const { code, stdout, stderr } = await tcesim('trace', 'info', path);
  expect(code).toBe(4);
  expect(stdout).toMatch(/^digest +sha256:[0-9a-f]{64},\s+not as written$/m);
  expect(stdout).toMatch(/^rows +3 \(read 3\)$/m);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(
    /a\.arrow: the rows are not those .*: expected sha256:\w+, got sha256:\w+/,
  );
  expect((await rowsOf(await openTrace(path)))[1]?.value).toBe(VALUE ^ 1n);
});

test.each([
  ['cut', 'trace', 'cut', '--op', 'read,write'],
  ['merge', 'trace', 'merge'],
  ['export', 'trace', 'export', '--format', 'csv'],
  ['import', 'trace', 'import'],
])('%s of a damaged file warns in one line, writes all the same, and ends with 4', async (_verb, ...words) => {
  const path = damaged(await written());
  const output = temporaryPath('out');
  const { code, stderr } = await tcesim(...words, path, '-o', output);
  expect(code).toBe(4);
  const warnings = stderr.split('\n').filter((line) => line.includes('warning'));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(
    /a\.arrow: the rows are not those .*: expected sha256:\w+, got sha256/,
  );
  expect(await rowsOf(await openTrace(output))).toHaveLength(3);
});

test('cat of a damaged file prints the rows, warns, and ends with 4', async () => {
  const { code, stdout, stderr } = await tcesim('trace', 'cat', damaged(await written()));
  expect([code, stdout.trimEnd().split('\n').length]).toEqual([4, 4]);
  expect(stderr).toMatch(/the rows are not those that were written/);
});

test('what takes a whole file that is as written, or only a part of a damaged one, ends with 0', async () => {
  const whole = await tcesim('trace', 'cut', await written(), '-o', temporaryPath('out'));
  expect([whole.code, whole.stderr.includes('warning')]).toEqual([0, false]);
  const path = damaged(await written());
  const part = await tcesim('trace', 'cut', path, '--rows', '1', '-o', temporaryPath('out'));
  expect([part.code, part.stderr.includes('warning')]).toEqual([0, false]);
});

test('the JSON has both digests', async () => {
  const path = damaged(await written());
  const { stdout } = await tcesim('trace', 'info', path, '--format', 'json');
  const { digest, digestWritten } = JSON.parse(stdout);
  expect(digest).toMatch(/^sha256:/);
  expect(digestWritten).toMatch(/^sha256:/);
  expect(digestWritten).not.toBe(digest);
});

test.each([
  'p9-megasas.arrow',
  'pseries-ddw.arrow',
])('the sample %s is as written', async (name) => {
  const { digest, digestWritten } = await summarize(await openTrace(samplePath(name)));
  expect(digestWritten).toBe(digest);
});

test('a log states none: nothing is compared', async () => {
  const csv = temporaryFile('a.csv', 'time_ns,op,rid,address,length\n1,read,0x100,0x1000,64\n');
  expect(await summarize(await openTrace(csv))).not.toHaveProperty('digestWritten');
  const { code, stdout } = await tcesim('trace', 'info', csv);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^digest +sha256:[0-9a-f]{64}$/m);
});

test('a damaged footer states none, and the rows are read all the same', async () => {
  const path = await written();
  const bytes = readFileSync(path);
  const footerBytes = bytes.readInt32LE(bytes.length - 10);
  bytes.fill(0xff, bytes.length - 10 - footerBytes, bytes.length - 10);
  writeFileSync(path, bytes);
  const info = await summarize(await openTrace(path));
  expect(info.rows).toBe(3);
  expect(info).not.toHaveProperty('digestWritten');
});
