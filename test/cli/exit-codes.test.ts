/** How a command ends: what scripts rely on. */
import { existsSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Result, resultSchema } from '../../sim/results/result-schema.ts';
import { sample, start, succeed, tcesim, workFolder } from './command.ts';

const path = workFolder();

test('help and version go to standard output and end with 0', async () => {
  for (const args of [['--help'], ['run', '--help'], ['trace', 'cat', '--help'], ['--version']]) {
    const { code, stdout, stderr } = await tcesim(...args);
    expect([args, code, stderr]).toEqual([args, 0, '']);
    expect(stdout).not.toBe('');
  }
});

test.each([
  ['an unknown verb', ['rum'], /unknown command 'rum'.*\(Did you mean run\?\)/s],
  ['an unknown verb of trace', ['trace', 'dog', 'file'], /unknown command 'dog'/],
  [
    'an unknown option',
    ['run', '--tracer', 'x'],
    /unknown option '--tracer'.*Did you mean --trace\?/s,
  ],
  ['an option without its value', ['run', '--trace'], /argument missing/],
  [
    'a missing argument',
    ['trace', 'info'],
    /^tcesim: trace info: missing required argument 'file' \(see tcesim trace info --help\)$/m,
  ],
  ['help for no verb', ['help', 'swep'], /^tcesim: help: unknown 'swep', did you mean 'sweep'\?$/m],
  ['a missing required option', ['trace', 'import', 'x'], /-o, --output/],
  [
    'a form to export that is missing',
    ['trace', 'export', 'x', '-o', 'y'],
    /'--format <csv\|parquet>' not spec/,
  ],
  ['a list that does not exist', ['list', 'phb'], /list: unknown 'phb', did you mean 'phbs'\?/],
  ['no schema', ['schema'], /schema: expected one of result, scenario, study, plan$/m],
  ['a schema that does not exist', ['schema', 'foo'], /unknown 'foo'; known: result, scenario/],
  ['a schema of a name that every object has', ['schema', 'toString'], /unknown 'toString'/],
  ['one argument too many', ['run', 'a', 'b'], /too many arguments/],
  [
    'a form of output that does not exist',
    ['run', '--format', 'xml'],
    /table, json, csv, markdown/,
  ],
])('%s ends with 2 and says why on stderr', async (_what, args, message) => {
  const { code, stdout, stderr } = await tcesim(...args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^tcesim: [^\n]*\S\n$/);
});

test('nothing at all shows the help on stderr and ends with 2', async () => {
  const { code, stdout, stderr } = await tcesim();
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('Usage: tcesim');
});

test('stderr is empty when all is well', async () => {
  const { code, stderr } = await tcesim('run', '--trace', sample('p9-fio.jsonl'));
  expect([code, stderr]).toEqual([0, '']);
});

describe('a run that is stopped', () => {
  const ROWS = 3_000_000;
  const REQUESTS = ROWS * 16;
  const args = () => ['run', '--trace', path('long.arrow'), '--window', '64K:2G', '--map', 'all'];

  beforeAll(async () => {
    const size = ['--requests', `${ROWS}`, '--length', '64K', '--window', '2G'];
    await succeed('trace', 'generate', 'sequential', '-o', path('long.arrow'), ...size);
  });

  /** Sends the signal some time after the run has begun to write. */
  async function stopped(signal: NodeJS.Signals, afterMs: number, ...more: string[]) {
    const log = path('log.arrow');
    rmSync(log, { force: true });
    const running = start([...args(), '--requests', log, '--requests-share', '0.0001', ...more]);
    await running.writes(log);
    await wait(afterMs);
    running.kill(signal);
    return running.ended;
  }

  /** The same in the middle of the replay, which a busy machine reaches later. */
  async function stoppedInside(signal: NodeJS.Signals) {
    for (let afterMs = 1500; ; afterMs *= 2) {
      const ended = await stopped(signal, afterMs, '--format', 'json');
      const result: Result = resultSchema.parse(JSON.parse(ended.stdout));
      if (result.requests > 0 || afterMs > 10_000) return { ...ended, result };
    }
  }

  test('by SIGINT ends with 130 and reports what was done', async () => {
    const { code, stderr, result } = await stoppedInside('SIGINT');
    expect(code).toBe(130);
    expect(result.isComplete).toBe(false);
    expect(result.requests).toBeGreaterThan(0);
    expect(result.requests).toBeLessThan(REQUESTS);
    expect(result.hits + result.misses + result.merged).toBe(result.requests);
    expect(stderr).toContain('stopping');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('by SIGTERM ends with 143, and its report and directory say that it was stopped', async () => {
    const { code, stdout } = await stopped('SIGTERM', 0, '-o', path('stopped'));
    expect(code).toBe(143);
    expect(stdout.split('\n')[0]).toContain('stopped early');
    expect(existsSync(path('stopped/results.json'))).toBe(true);
  });
});
