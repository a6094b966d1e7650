/** `tcesim trace` between processes: files, pipes and what is counted on the way. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sample, start, succeed, tcesim, workFolder } from './command.ts';

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

test('run and cat warn of lines that could not be read, and of the first place', async () => {
  const log = path('bad.msr');
  writeFileSync(log, '1,a,0,Read,0,4096,1\n2,a,0,Erase,0,4096,1\n3,a,0,Read,x,4096,1\n');
  const warning = `tcesim: warning: ${log}: 2 x malformed line; the first: ${log}:2: Type: expected Read or Write, got 'Erase'\n`;
  for (const verb of [
    ['trace', 'cat', log],
    ['run', '--trace', log],
  ]) {
    const { code, stdout, stderr } = await tcesim(...verb);
    expect([code, stderr]).toEqual([0, warning]);
    expect(stdout).not.toContain('tcesim: warning');
  }
  const sound = await tcesim('trace', 'cat', SAMPLE, '--rows', '1');
  expect(sound.stderr).toBe('');
});

test('cat warns of events that a kernel lost', async () => {
  const { code, stderr } = await start(
    ['trace', 'cat', '-'],
    '# tracer: nop\nCPU:0 [LOST 7 EVENTS]\n' +
      ' a-1 [000] ..... 1.000001: map: IOMMU: iova=0x0000000000010000 - 0x0000000000020000 paddr=0x0000000000020000 size=65536\n',
  ).ended;
  expect([code, stderr]).toEqual([0, 'tcesim: warning: -: 1 x GAP: the kernel lost events here\n']);
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

test('cut takes a RID as lspci names it, or as a number', async () => {
  const digestOf = async (rid: string) => {
    await succeed('trace', 'cut', SAMPLE, '--rid', rid, '-o', path('cut.arrow'));
    return JSON.parse(await succeed('trace', 'info', path('cut.arrow'), '--format', 'json')).digest;
  };
  expect(await digestOf('01:00.0')).toBe(await digestOf('0x100'));
  const { code, stderr } = await tcesim('trace', 'cut', SAMPLE, '--rid', '1:0', '-o', path('c'));
  expect(code).toBe(3);
  expect(stderr).toBe("tcesim: --rid: expected a RID such as 01:00.0 or 0x100, got '1:0'\n");
});

test('an import that understands nothing says so, and is no success', async () => {
  writeFileSync(path('a.csv'), 'one,two\nthree,four\n');
  const words = ['trace', 'import', path('a.csv'), '--format', 'msr', '-o', path('nothing.arrow')];
  const { code, stderr } = await tcesim(...words);
  expect(code).toBe(4);
  expect(stderr).toContain('no row, 2 x malformed line: is it the right format?');
});
