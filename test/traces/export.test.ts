/** A trace that was exported, cut or merged replays like the one that it came from. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sample, succeed, workFolder } from '../cli/command.ts';

const path = workFolder();
const WINDOW = ['--window', '64K:1G', '--map', 'touched', '--threads', '1'];

/** results.json of a replay, without the name and history of the trace and the facts of this machine. */
async function results(trace: string, ...args: string[]): Promise<string> {
  await succeed('run', '--trace', trace, ...args, '-o', path('run'));
  const {
    host: _host,
    scenario,
    ...result
  } = JSON.parse(readFileSync(path('run/results.json'), 'utf8'));
  return JSON.stringify({ ...result, scenario: { ...scenario, trace: undefined } });
}

async function generated(): Promise<string> {
  const file = path('uniform.arrow');
  await succeed('trace', 'generate', 'uniform', '--requests', '70000', '--out', file);
  return file;
}

test('through CSV', async () => {
  const file = await generated();
  await succeed('trace', 'export', file, '--format', 'csv', '-o', path('all.csv'));
  await succeed('trace', 'import', path('all.csv'), '-o', path('again.arrow'));
  const direct = await results(file, ...WINDOW);
  expect(JSON.parse(direct).requests).toBeGreaterThan(70_000 - 1);
  expect(await results(path('again.arrow'), ...WINDOW)).toBe(direct);
});

test('through a cut of everything, and a merge of two halves', async () => {
  const file = await generated();
  const direct = await results(file, ...WINDOW);
  await succeed('trace', 'cut', file, '-o', path('cut.arrow'));
  expect(await results(path('cut.arrow'), ...WINDOW)).toBe(direct);
  await succeed('trace', 'cut', file, '--rows', '30000', '-o', path('first.arrow'));
  await succeed('trace', 'cut', file, '--from', '30000', '-o', path('second.arrow'));
  await succeed(
    'trace',
    'merge',
    path('second.arrow'),
    path('first.arrow'),
    '-o',
    path('both.arrow'),
  );
  expect(await results(path('both.arrow'), ...WINDOW)).toBe(direct);
});

test('through CSV and a merge of halves, with tables, windows and an order for a clock', async () => {
  const file = sample('p9-vfio.jsonl');
  const direct = await results(file);
  await succeed('trace', 'export', file, '--format', 'csv', '-o', path('order.csv'));
  await succeed('trace', 'import', path('order.csv'), '-o', path('order.arrow'));
  expect(await results(path('order.arrow'))).toBe(direct);
  await succeed('trace', 'cut', file, '--rows', '400', '-o', path('head.arrow'));
  await succeed('trace', 'cut', file, '--from', '400', '-o', path('tail.arrow'));
  await succeed(
    'trace',
    'merge',
    path('head.arrow'),
    path('tail.arrow'),
    '-o',
    path('whole.arrow'),
  );
  expect(await results(path('whole.arrow'))).toBe(direct);
});
