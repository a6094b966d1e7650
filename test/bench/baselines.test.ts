/**
 * The project's own baseline: what the simulator answers to bench/baselines/plan.yaml is what is stored, figure by
 * figure. GOLDEN=write stores a new one; bench/baselines/README.md says what that means.
 */
import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { succeed, tcesim, workFolder } from '../cli/command.ts';

const BASELINE = fileURLToPath(new URL('../../bench/baselines', import.meta.url));
const PLAN = `${BASELINE}/plan.yaml`;

const path = workFolder();

async function compared(base: string, now: string) {
  const { code, stdout } = await tcesim('compare', base, now, '--format', 'json');
  return { code, ...JSON.parse(stdout) };
}

beforeAll(async () => {
  await succeed('sweep', PLAN, '-o', path('now'));
  if (process.env.GOLDEN !== 'write') return;
  copyFileSync(path('now/results.json'), `${BASELINE}/results.json`);
});

test('no answer has moved, and the thresholds of the plan hold', async () => {
  const {
    moved,
    asked,
    thresholds,
    compared: counts,
    code,
  } = await compared(BASELINE, path('now'));
  expect({ moved, asked }).toEqual({ moved: [], asked: [] });
  expect(thresholds.filter(({ holds }: { holds: boolean }) => !holds)).toEqual([]);
  expect(thresholds).toHaveLength(13);
  expect(counts.points).toBe(216);
  expect(code).toBe(0);
});

test('two nanoseconds of a read of memory move the latency of every point that reads, and nothing else', async () => {
  const some = ['--phb', 'phb4', '--host', 'free', '--trace', 'random', '--levels', '2'];
  const one = ['--set', 'memory.cachedReadNs=122'];
  await succeed('sweep', PLAN, ...some, '-o', path('before'));
  await succeed('sweep', PLAN, ...some, ...one, '-o', path('after'));
  const { moved, asked } = await compared(path('before'), path('after'));
  expect(asked).toEqual([{ key: 'vary.memory.cachedReadNs', base: null, new: '122' }]);
  const metrics = new Set(moved.map(({ metric }: { metric: string }) => metric));
  expect(metrics).toContain('mean');
  expect(moved.filter(({ metric }: { metric: string }) => metric === 'mean')).toHaveLength(4);
  for (const name of ['requests', 'misses', 'walkReads', 'answer', 'point']) {
    expect(metrics).not.toContain(name);
  }
});
