/** What `npm run bench` writes. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/bench/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tcesim-record-'));
afterAll(() => rmSync(folder, { recursive: true }));

function bench(...args: string[]) {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
}

test('a record has the machine, the versions, and every sample with the digest of its case', () => {
  const output = join(folder, 'record.json');
  const { status } = bench('--cases', '^walk: [12]', '--requests', '500', '--output', output);
  expect(status).toBe(0);
  const record = JSON.parse(readFileSync(output, 'utf8'));
  expect(record).toMatchObject({
    schema: 'tcesim.bench/1',
    node: process.versions.node,
    v8: process.versions.v8,
    requests: 500,
    machine: { cpu: expect.any(String), cores: expect.any(Number), system: expect.any(String) },
  });
  expect(Number.isNaN(Date.parse(record.date))).toBe(false);
  expect(record.cases.map(({ name }: { name: string }) => name)).toEqual([
    'walk: 1 level',
    'walk: 2 levels',
  ]);
  for (const { amount, digest, cpuMicroseconds, wallMicroseconds } of record.cases) {
    expect(amount).toBe(500);
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
    expect(cpuMicroseconds.length).toBeGreaterThanOrEqual(5);
    expect(wallMicroseconds).toHaveLength(cpuMicroseconds.length);
    expect(Math.min(...cpuMicroseconds)).toBeGreaterThan(0);
  }
});

test('what cannot be used is one line and exit code 3, and no file', () => {
  const output = join(folder, 'none.json');
  const { status, stderr } = bench('--case', 'walk', '--output', output);
  expect(stderr).toBe("bench: unknown option '--case', did you mean 'cases'?\n");
  expect(status).toBe(3);
  const none = bench('--cases', 'wolk', '--output', output);
  expect(none.stderr).toBe("bench: --cases: no case matches 'wolk', did you mean 'walk'?\n");
  expect(none.status).toBe(3);
  const nowhere = bench('--cases', 'walk', '--output', join(folder, 'no', 'record.json'));
  expect(nowhere.stderr).toMatch(/^bench: .*no.*\n$/);
  expect(nowhere.status).toBe(3);
  expect(readdirSync(folder).filter((name) => name.startsWith('none'))).toEqual([]);
});
