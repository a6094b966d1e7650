/** `tcesim trace` between processes: files, pipes and what is counted on the way. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sample, start, succeed, workFolder } from './command.ts';

const path = workFolder();
const SAMPLE = sample('p9-nvme-e1000e.arrow');

test('info tells rows and operations as the sample has them', async () => {
  const { rows, operations } = JSON.parse(
    await succeed('trace', 'info', SAMPLE, '--format', 'json'),
  );
  expect(rows).toBe(59_336);
  expect(operations.read + operations.write).toBe(36_166);
  expect(operations.kill).toBe(17_361);
});

test('info counts what cat prints', async () => {
  const printed = (await succeed('trace', 'cat', SAMPLE, '--format', 'json')).trimEnd().split('\n');
  const { rows, operations } = JSON.parse(
    await succeed('trace', 'info', SAMPLE, '--format', 'json'),
  );
  const stores = printed.filter((line) => JSON.parse(line).op === 'store').length;
  expect([printed.length, stores]).toEqual([rows, operations.store]);
});

test('cat, imported again, gives the same rows', async () => {
  const printed = await succeed('trace', 'cat', SAMPLE);
  const { code } = await start(['trace', 'import', '-', '-o', path('again.arrow')], printed).ended;
  expect(code).toBe(0);
  expect(await succeed('trace', 'cat', path('again.arrow'))).toBe(printed);
});

test('cat prints the rows that were asked for and no others', async () => {
  const all = (await succeed('trace', 'cat', SAMPLE)).trimEnd().split('\n');
  const some = await succeed('trace', 'cat', SAMPLE, '--from', '65', '--rows', '3');
  const rows = some
    .trimEnd()
    .split('\n')
    .filter((line) => /^\d/.test(line));
  expect(rows).toEqual(all.filter((line) => /^\d/.test(line)).slice(65, 68));
});

test('generate writes the same bytes twice, other bytes for another seed', async () => {
  const make = async (name: string, seed: string) => {
    const size = ['--requests', '3000', '--seed', seed];
    await succeed('trace', 'generate', 'uniform', '-o', path(name), ...size);
    return readFileSync(path(name));
  };
  const first = await make('a.arrow', 'x');
  expect((await make('b.arrow', 'x')).equals(first)).toBe(true);
  expect((await make('c.arrow', 'y')).equals(first)).toBe(false);
});

test('import tells on stderr how many lines gave no row', async () => {
  const { code, stdout, stderr } = await start(
    ['trace', 'import', '-', '-o', path('skipped.arrow')],
    '["kill",0,"0x8000000000000000"]\n["kill",0\n["other",1]\n',
  ).ended;
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr).toContain('1 x malformed line');
  expect(stderr).toContain('1 x other event');
  expect(stderr).toContain('rows: 1 ');
});
