/**
 * A sweep of 64 points on one worker and on two: replays of one decoded trace against windows, levels and caches.
 * Processor time stays about the same; the time on the wall tells how well points run beside each other.
 */
import { planOf, type StudyPlan, type WrittenPlan } from '../sim/study/plan.ts';
import { pointsOf } from '../sim/study/points.ts';
import type { PointRecord } from '../sim/study/study-schema.ts';
import { sweep } from '../sim/study/sweep.ts';
import { answerDigest } from './answer-digest.ts';
import type { BenchCase, BenchSize, PreparedCase } from './bench-case.ts';

/** 4 windows by 4 numbers of levels by 4 caches, and random pages of 2 GiB. */
const VARIED = new Map([
  ['window', ['2G..16G']],
  ['levels', ['1..4']],
  ['page', ['64K']],
  ['tceCache.entries', ['256..2048*2']],
  ['trace', ['random']],
]);
const RANDOM = {
  generator: 'uniform',
  set: { window: '2G' },
  map: 'touched',
  pace: 'closed:32',
};
const POINTS = 64;
const THREADS = [1, 2];

/** The same sweep on each number of workers. */
export function sweepCases({ requests }: BenchSize): BenchCase[] {
  const perPoint = Math.ceil(requests / POINTS);
  return THREADS.map((threads) => ({
    name: `sweep: ${POINTS} points, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    unit: 'DMAs',
    prepare: () => new PreparedSweep(sweepPlan(perPoint), threads, perPoint * POINTS),
  }));
}

function sweepPlan(requests: number): StudyPlan {
  const written: WrittenPlan = {
    seed: 'bench',
    requests: `${requests}`,
    vary: VARIED,
    traces: { random: RANDOM },
    hosts: {},
    place: (keys) => keys.join('.'),
    fileAt: (name) => name,
  };
  return planOf(written, {});
}

class PreparedSweep implements PreparedCase {
  private records: PointRecord[] = [];

  constructor(
    private readonly plan: StudyPlan,
    private readonly threads: number,
    readonly amount: number,
  ) {}

  async run(): Promise<void> {
    const records: PointRecord[] = [];
    await sweep(this.plan, pointsOf(this.plan), {
      threads: this.threads,
      signal: new AbortController().signal,
      onPoint: ({ index }, record) => {
        records[index] = record;
      },
      onTime: () => {},
    });
    this.records = records;
  }

  /** Points in the order of the plan, whoever was through first. */
  digest(): string {
    return answerDigest(this.records.map((record) => JSON.stringify(record)));
  }
}
