/**
 * Every case of the benchmark, small: what it answers stands in digests.json, by its name. GOLDEN=write stores
 * new digests.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { benchCases, matching } from '../../bench/cases.ts';
import { InputError } from '../../models/input-error.ts';

const DIGESTS = fileURLToPath(new URL('digests.json', import.meta.url));
const isWriting = process.env.GOLDEN === 'write';

const stored: Record<string, string> = JSON.parse(readFileSync(DIGESTS, 'utf8'));
const REQUESTS = 3000;

const folder = mkdtempSync(join(tmpdir(), 'tcesim-bench-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
  if (!isWriting) return;
  // A run of some of the tests leaves the others' digests as they are.
  const digests = Object.fromEntries(names.map((name) => [name, stored[name]]));
  writeFileSync(DIGESTS, `${JSON.stringify(digests, null, 2)}\n`);
});

const twice = [1, 2].map(() => benchCases({ requests: REQUESTS, folder }));
const names = twice[0].map(({ name }) => name);

describe('each case', () => {
  test.each(names)('%s: answers twice what is stored', async (name) => {
    const digests: string[] = [];
    for (const cases of twice) {
      const each = cases.find((candidate) => candidate.name === name);
      const prepared = await each?.prepare();
      await prepared?.run();
      expect(prepared?.amount).toBeGreaterThan(0);
      digests.push((await prepared?.digest()) ?? '');
    }
    if (isWriting) stored[name] = digests[0];
    expect(digests).toEqual([stored[name], stored[name]]);
  });

  test('has a name of its own, and a stored digest', () => {
    expect(new Set(names).size).toBe(names.length);
    expect(Object.keys(stored).sort()).toEqual([...names].sort());
  });
});

test('the same sweep has the same answer on one thread and on two', () => {
  const sweeps = Object.entries(stored).filter(([name]) => name.startsWith('sweep:'));
  expect(sweeps).toHaveLength(2);
  expect(sweeps[0][1]).toBe(sweeps[1][1]);
});

describe('--cases', () => {
  test('takes all names without a pattern, and those that match one', () => {
    expect(matching(names, undefined)).toEqual(names);
    expect(matching(names, /^walk/)).toHaveLength(5);
  });

  test('names the nearest group where nothing matches', () => {
    expect(() => matching(names, /wolk/)).toThrow(
      new InputError("--cases: no case matches 'wolk', did you mean 'walk'?"),
    );
  });
});
