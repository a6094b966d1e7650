/** `tcesim list`: what can be named elsewhere. */
import { expect, test } from 'vitest';
import { succeed, tcesim } from './command.ts';

test('names every PHB that run takes', async () => {
  const { PHBs } = JSON.parse(await succeed('list', 'phbs', '--format', 'json'));
  const names = PHBs.map(({ name }: { name: string }) => name);
  expect(names).toEqual(expect.arrayContaining(['phb3', 'phb4', 'phb4-small', 'phb5']));
});

test.each([
  ['presets', 'phbs'],
  ['importers', 'formats'],
])('%s are %s, too', async (other, name) => {
  expect(await succeed('list', other)).toBe(await succeed('list', name));
});

test('gives each parameter its value and its origin', async () => {
  const text = await succeed('list', 'parameters', '--phb', 'phb3', '--format', 'json');
  const rows: Record<string, string>[] = JSON.parse(text)['Parameters of phb3'];
  expect(rows.find(({ key }) => key === 'tceCache.entries')).toMatchObject({
    value: '64',
    origin: 'inferred',
  });
  for (const { key, origin, source } of rows) {
    expect([key, ['documented', 'inferred', 'assumed'].includes(origin)]).toEqual([key, true]);
    expect(source).not.toBe('');
  }
});

test('says what a parameter means, what it takes, and which rule uses it', async () => {
  const text = await succeed('list', 'parameters', '--phb', 'phb3', '--format', 'json');
  const meanings: Record<string, string>[] = JSON.parse(text)['What parameters mean'];
  expect(meanings.find(({ key }) => key === 'tags.count')).toEqual({
    key: 'tags.count',
    rule: 'T17',
    unit: 'fetches',
    meaning: 'TCE fetches in flight',
    allowed: '1..4096',
  });
  expect(meanings.find(({ key }) => key === 'tags.merge')?.allowed).toBe(
    'none: none of them; entry: of its TCE; line: of its line',
  );
  const table = await succeed('list', 'parameters', '--phb', 'phb3');
  expect(table.replace(/\s+/g, ' ')).toContain(
    'kills on their way before software must poll [kills]: 0..4096; 0: as many as come',
  );
});

test('every listed parameter is a key of --set', async () => {
  const text = await succeed('list', 'parameters', '--format', 'json');
  const rows: Record<string, string>[] = JSON.parse(text)['Parameters of phb3'];
  const settings = rows.flatMap(({ key, value }) => ['--set', `${key}=${value}`]);
  const { code, stderr } = await tcesim('run', '--trace', 'no-such-file', ...settings);
  expect([code, stderr]).toEqual([3, 'tcesim: no-such-file: no such file\n']);
});

test('names the levels of firmware that run takes, and what they change', async () => {
  const { Firmware } = JSON.parse(await succeed('list', 'firmware', '--format', 'json'));
  expect(Firmware.map(({ name }: { name: string }) => name)).toEqual(['post2021', 'pre2021']);
  const text = await succeed('list', 'parameters', '--phb', 'phb4', '--format', 'json');
  const overlay = JSON.parse(text)['Firmware pre2021 on PHB4 and PHB5'];
  expect(overlay.map(({ key, value }: Record<string, string>) => [key, value])).toEqual([
    ['lineBuffer.entries', '16'],
    ['kill.escalatePageKill', 'false'],
  ]);
  expect(await succeed('list', 'parameters', '--phb', 'phb3')).not.toContain('pre2021');
});

test('names the generators and the trace formats', async () => {
  const text = `${await succeed('list', 'generators')}${await succeed('list', 'formats')}`;
  for (const name of ['sequential', 'uniform', 'ring', 'csv', 'qemu-log', 'arrow']) {
    expect(text).toMatch(new RegExp(`^ +${name} `, 'm'));
  }
});

const LISTS = [
  ...['phbs', 'firmware', 'kernels', 'hypervisors', 'policies'],
  ...['parameters', 'generators', 'formats', 'words', 'counters'],
];

test('alone names its lists, a line each', async () => {
  const { Lists } = JSON.parse(await succeed('list', '--format', 'json'));
  expect(Lists.map(({ list }: { list: string }) => list)).toEqual(LISTS);
  expect((await succeed('list')).split('\n').length).toBeLessThan(18);
});

test.each(LISTS)('list %s keeps its lines within 80 columns', async (name) => {
  const lines = (await succeed('list', name)).split('\n');
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test.each([
  ['kernels', 'Kernels', ['4.2', '4.19', '5.17', '6.12']],
  ['hypervisors', 'Hypervisors', ['powervm', 'powervm-vf', 'qemu']],
  ['policies', 'Policies', ['qemu', 'qemu-2024', 'dpdk', 'administrator']],
])('names the %s that window plan takes', async (what, title, names) => {
  const rows: Record<string, string>[] = JSON.parse(
    await succeed('list', what, '--format', 'json'),
  )[title];
  expect(rows.map((row) => Object.values(row)[0])).toEqual(names);
});
