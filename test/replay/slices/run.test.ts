/** `run` replays a long Arrow file of one PHB in slices, and nothing else of its result tells. */
import { beforeAll, describe, expect, test } from 'vitest';
import { SLICE_ROWS_MIN } from '../../../sim/replay/slices/slice-plan.ts';
import { ArrowWriter } from '../../../traces/arrow/writer.ts';
import { Op } from '../../../traces/format.ts';
import { openTrace } from '../../../traces/open.ts';
import { OutputFile } from '../../../traces/output-file.ts';
import { succeed, workFolder } from '../../cli/command.ts';
import { runJson, withoutHost } from '../../results/run.ts';

const path = workFolder();
const REQUESTS = `${2 * SLICE_ROWS_MIN + 100_000}`;
/** Upper half of the kill register's value for all TCEs. */
const KILL_ALL_HIGH = 0x8000_0000;
const WINDOW = ['--window', '64K:1G', '--map', 'all'];

async function generate(name: string, ...args: string[]): Promise<string[]> {
  const file = path(`${name}.arrow`);
  await succeed('trace', 'generate', name, '--requests', REQUESTS, ...args, '-o', file);
  return ['--trace', file, ...WINDOW];
}

describe('a trace of random reads and writes of three devices', () => {
  let args: string[] = [];
  let alone: Awaited<ReturnType<typeof runJson>>;
  beforeAll(async () => {
    args = await generate('uniform', '--devices', '3');
    alone = await runJson(...args, '--threads', '1');
  });

  test.each([
    ['2', 2],
    ['3', 2],
  ])('on %s threads is replayed in %i slices of 3 million rows, with the same result', async (threads, slices) => {
    const sliced = await runJson(...args, '--threads', threads);
    expect(sliced.host.slices).toBe(slices);
    expect(sliced.host.rerun).toBeLessThan(slices);
    expect(withoutHost(sliced)).toBe(withoutHost(alone));
  });

  test('is one slice where requests are written down', async () => {
    const log = ['--requests', path('log.arrow'), '--requests-share', '0.0001'];
    const logged = await runJson(...args, '--threads', '2', ...log);
    expect(logged.host.slices).toBe(1);
    expect(withoutHost(logged)).toBe(withoutHost(alone));
  });

  test('is one slice on one thread', () => {
    expect(alone.host).toMatchObject({ slices: 1, rerun: 0 });
    expect(alone.requests).toBe(Number(REQUESTS));
  });
});

/** Makes the last row of a trace a kill of everything. */
async function withLastKill(name: string, file: string): Promise<string> {
  const trace = await openTrace(file);
  const output = new OutputFile(path(name));
  const writer = new ArrowWriter(output, trace.metadata, 'file');
  let rows = 0;
  for await (const batch of trace.batches()) {
    rows += batch.rows;
    const last = batch.rows - 1;
    if (rows === Number(REQUESTS)) {
      batch.op[last] = Op.kill;
      batch.value[2 * last + 1] = KILL_ALL_HIGH;
    }
    writer.write(batch);
  }
  writer.finish();
  output.finish();
  return path(name);
}

test('a trace with one kill, its last row, is one slice on any number of threads', async () => {
  const [, file] = await generate('uniform');
  const args = ['--trace', await withLastKill('kill.arrow', file), ...WINDOW];
  const one = await runJson(...args, '--threads', '1');
  const two = await runJson(...args, '--threads', '2');
  expect(one.kills.all).toBe(1);
  expect(two.host.slices).toBe(1);
  expect(withoutHost(two)).toBe(withoutHost(one));
});
