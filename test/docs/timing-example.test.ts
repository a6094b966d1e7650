/** The worked example of docs/timing.md is what the simulator says. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { succeed, workFolder } from '../cli/command.ts';
import { writeCsv } from '../results/run.ts';

test('a read of 64 bytes that hits on an idle PHB4 takes 322 ns, and 208 more after a walk', async () => {
  const path = workFolder();
  const reads = ['0,read,0,256,1,64,0,0', '5000,read,0,256,1,64,0,0'];
  const trace = writeCsv(path('two.csv'), reads);
  const window = ['--window', '64K:1G:levels=1', '--map', 'touched'];
  const { latency } = JSON.parse(
    await succeed('run', '--trace', trace, ...window, '--format', 'json'),
  );
  expect(latency.p50).toBe(322);
  expect(latency.max).toBe(322 + 208 + 200);
  const timing = readFileSync('docs/timing.md', 'utf8');
  expect(timing).toContain('together 161\ncycles, 322 ns');
  expect(timing).toContain('a walk of 104 cycles');
});
