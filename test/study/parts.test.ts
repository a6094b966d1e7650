/** The parts of a study: shared traces, hosts, windows' answers, the verdict. */
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseKernel } from '../../models/kernel/kernel.ts';
import { memoryOfHost } from '../../sim/study/host-choice.ts';
import { sharedBytes, sharedSource, shareTrace } from '../../sim/study/shared-trace.ts';
import type { PointRecord, ReplayRecord, WindowRecord } from '../../sim/study/study-schema.ts';
import { threadsOf } from '../../sim/study/threads.ts';
import { recipeOf } from '../../sim/study/trace-choice.ts';
import { levelCases } from '../../sim/study/verdict.ts';
import { windowAnswer } from '../../sim/study/window-answer.ts';
import { TraceDigest } from '../../traces/digest.ts';
import type { TraceSource } from '../../traces/format.ts';
import { generate } from '../../traces/generate/generate.ts';
import { succeed, workFolder } from '../cli/command.ts';

const file = workFolder();

async function digestOf(trace: TraceSource): Promise<string> {
  const digest = new TraceDigest();
  for await (const batch of trace.batches()) digest.add(batch);
  return digest.finish();
}

describe('a shared trace', () => {
  // More than a batch, and with rows that are no DMA.
  const source = () => generate('nic-rx', { requests: '40000', page: '64K' });

  test('has the rows of its source, as often as it is read', async () => {
    const shared = await shareTrace(source(), 2 ** 26);
    if (!shared) throw new Error('no room');
    const wanted = await digestOf(source());
    expect(shared.batches.length).toBeGreaterThan(1);
    expect(await digestOf(sharedSource(shared))).toBe(wanted);
    expect(await digestOf(sharedSource(shared))).toBe(wanted);
  });

  test('lies in memory that threads share', async () => {
    const shared = await shareTrace(source(), 2 ** 26);
    for (const { buffer } of shared?.batches ?? [])
      expect(buffer).toBeInstanceOf(SharedArrayBuffer);
    for await (const { address } of sharedSource(shared as NonNullable<typeof shared>).batches()) {
      expect(address.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  test('may take so many bytes, and not one more', async () => {
    const bytes = sharedBytes((await shareTrace(source(), 2 ** 26)) as never);
    expect(await shareTrace(source(), bytes)).toBeDefined();
    expect(await shareTrace(source(), bytes - 1)).toBeUndefined();
  });
});

describe("a point's trace", () => {
  const home = { seed: 's', requests: '10' };

  test('takes values of the point, and its seed from the study and its own name', () => {
    const choice = { generator: 'uniform', set: { window: '$window', length: '64' } };
    expect(recipeOf('random', choice, { window: '2G', levels: '3' }, home)).toEqual({
      generator: 'uniform',
      set: { requests: '10', seed: 's/random', window: '2G', length: '64' },
      dmaOnly: false,
    });
  });

  test('that names an axis which is not there is refused', () => {
    const choice = { generator: 'uniform', set: { window: '$windows' } };
    expect(() => recipeOf('random', choice, { window: '2G' }, home)).toThrow(
      "traces.random.set.window: '$windows' names no axis of the study, did you mean 'window'?",
    );
  });
});

describe('an aged host', () => {
  test('answers as `window plan` does for what `buddy --generate` makes of the same seed', async () => {
    const made = ['--generate', 'aged', '--ram', '16G', '--page-size', '64K', '--seed', 'x'];
    const past = ['--free', '0.02', '--pins', '40'];
    writeFileSync(file('aged'), await succeed('buddy', ...made, ...past));
    const host = ['--buddyinfo', file('aged'), '--ram', '16G', '--kernel', '6.12-64k'];
    const asked = ['--window', '2G,8G', '--page', '4K', '--levels', '1,2', '--format', 'json'];
    const { lines } = JSON.parse(await succeed('window', 'plan', ...host, ...asked));
    const choice = { past: 'aged', set: { free: 0.02, pins: 40 } };
    const memory = memoryOfHost(choice, parseKernel('6.12-64k'), '16G', 'x');
    const answers = ['2G', '8G'].flatMap((window) =>
      ['1', '2'].map((levels) =>
        windowAnswer({ kernel: '6.12-64k', ram: '16G', page: '4K', window, levels }, memory),
      ),
    );
    expect(answers.map(({ errno }) => errno ?? 'created')).toEqual(
      lines.map(({ result }: { result: string }) => result),
    );
    expect(answers.map(({ availableOrder }) => availableOrder)).toEqual(
      lines.map(({ availableOrder }: { availableOrder: number }) => availableOrder),
    );
    expect(new Set(answers.map(({ created }) => created)).size).toBe(2);
  });
});

describe('the verdict', () => {
  const created = { created: true, errno: null } as WindowRecord;
  const refused = { created: false, errno: 'ENOMEM' } as WindowRecord;
  const replay = (mean: number, faults = 0) =>
    ({ faults, failedAllocations: 0, latency: { mean } }) as ReplayRecord;
  const point = (levels: string, trace: string, window: WindowRecord, more?: ReplayRecord) =>
    ({
      ...{ name: '', seed: '', failed: null, window, replay: more ?? null },
      values: { window: '1T', levels, trace },
    }) as PointRecord;
  const bestOf = (points: PointRecord[]) => levelCases({ points })[0].best?.levels;

  test('takes the level count with the shortest latency over all traces', () => {
    const points = [
      ...[point('1', 'a', created, replay(100)), point('1', 'b', created, replay(300))],
      ...[point('2', 'a', created, replay(110)), point('2', 'b', created, replay(200))],
    ];
    expect(bestOf(points)).toBe(2);
  });

  test('takes the fewest of those within 1 % of it', () => {
    const one = point('1', 'a', created, replay(101));
    expect(bestOf([one, point('2', 'a', created, replay(100))])).toBe(1);
    expect(bestOf([one, point('2', 'a', created, replay(99))])).toBe(2);
  });

  test('takes none whose window was refused, or that refused requests', () => {
    const three = point('3', 'a', created, replay(200));
    expect(bestOf([point('1', 'a', refused), three])).toBe(3);
    expect(bestOf([point('1', 'a', created, replay(100, 1)), three])).toBe(3);
    expect(bestOf([point('1', 'a', refused)])).toBeUndefined();
  });
});

describe('threads', () => {
  test('are what Slurm grants the task, then the node, and not more than the most', () => {
    expect(threadsOf({ SLURM_CPUS_PER_TASK: '3', SLURM_CPUS_ON_NODE: '8' }, 64)).toBe(3);
    expect(threadsOf({ SLURM_CPUS_ON_NODE: '8' }, 64)).toBe(8);
    expect(threadsOf({ SLURM_CPUS_ON_NODE: '800' }, 64)).toBe(64);
    expect(threadsOf({}, 64)).toBeGreaterThanOrEqual(1);
  });
});
