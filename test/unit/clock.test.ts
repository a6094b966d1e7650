/** Times: conversions are exact, and the moving origin is nowhere to be seen. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cyclesOf, edgeAt, REBASE_AT_CYCLES, STEP_CYCLES_MAX } from '../../sim/unit/clock.ts';
import { type RequestOptions, rigWithWindow, type Sent } from './rig.ts';

const PAGE = 0x1_0000;

describe('conversions', () => {
  it('give the first edge at or after a time, exactly', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 2 ** 31 - 1 }),
        fc.nat({ max: 1000 }),
        fc.integer({ min: 1, max: 10_000 }),
        (low, high, clockMHz) => {
          const ns = high * 2 ** 31 + low;
          const exact = (BigInt(ns) * BigInt(clockMHz) + 999n) / 1000n;
          expect(BigInt(edgeAt(ns, clockMHz))).toBe(exact);
        },
      ),
    );
  });

  it('round a duration up to whole cycles', () => {
    expect(cyclesOf(200, 500)).toBe(100);
    expect(cyclesOf(201, 500)).toBe(101);
    expect(cyclesOf(231, 10_000)).toBe(2310);
    expect(cyclesOf(0, 500)).toBe(0);
  });
});

/** A burst with hits, a miss, a merge, ordered writes and a full tag. */
function burst(start: number): Sent[] {
  const { rig } = rigWithWindow(2, 128, { tags: { count: 2 } });
  for (let rest = start; rest > 0; rest -= STEP_CYCLES_MAX) {
    rig.unit.pass(Math.min(rest, STEP_CYCLES_MAX));
  }
  const sent = [];
  for (let turn = 0; turn < 60; turn += 1) {
    const page = (turn * 7) % 50;
    sent.push(rig.send(page * PAGE, { step: 40 + (turn % 3), write: turn % 2 === 0 }));
  }
  return sent;
}

/** Gaps that move the origin: in long steps, in short ones, and in leaps. */
const LONG_GAPS = [
  // The origin moves with the last step: what was not moved with it would lie in the future now.
  [STEP_CYCLES_MAX, STEP_CYCLES_MAX],
  Array.from({ length: 9 }, () => STEP_CYCLES_MAX),
  Array.from({ length: 3000 }, () => 500_000),
  [STEP_CYCLES_MAX * 7 + 1],
  [2 ** 45 + 12_345],
  [1000, 2 ** 40, 3000, 2 ** 30],
];

/** A unit whose every part has something to remember, and two bursts for it. */
function busyRig() {
  const { rig, leaf } = rigWithWindow(3, 64, {
    link: { gbps: 5, payloadBytes: 128, readRequestBytes: 512 },
    credits: { postedHeaders: 3, postedData: 40, nonPostedHeaders: 4 },
    tceCache: { entries: 8, ways: 2, hitUnderMiss: 'other-pes' },
    lineBuffer: { entries: 2 },
    walkCache: { level1: 2, level2: 1 },
    tags: { count: 2, merge: 'line' },
    walkers: { count: 1 },
    memory: { cachedLines: 0 },
    dma: { readEngines: 3 },
    kill: { queueDepth: 2, sync: 'all', pageCycles: 4000 },
    fault: { freezesPe: true },
  });
  rig.assign(0x200, 6);
  rig.window(6, 1, 8);
  rig.map(leaf, 40, 16, 0);
  const replay = (burst: number) => {
    // The rig's warm-up has frozen PE 5, and the first burst leaves both PEs frozen.
    rig.sendSome([[0], [0, { rid: 0x200 }]]);
    for (const pe of [5, 6]) rig.unit.unfreeze(pe);
    rig.sendSome([[33 * PAGE], [17 * PAGE]]);
    rig.sendSome(
      Array.from({ length: 60 }, (_, turn): [number, RequestOptions] => [
        ((turn * 7 + burst) % 40) * PAGE + turn,
        { step: turn % 90, write: turn % 3 === 0, bytes: 1 + ((turn * 67) % 900) },
      ]),
    );
    // The last lines that are fetched before the gap are the first that are wanted after it.
    rig.sendSome([[16 * PAGE], [32 * PAGE], [40 * PAGE, { step: 10 }]]);
    for (let kill = 0; kill < 4; kill += 1) rig.unit.kill(0x3000_0000_0000_1005n);
    rig.sendSome([[0, { rid: 0x200, step: 5 }]]);
    rig.unit.freeze(6);
    if (burst === 1) rig.unit.finish();
  };
  return { unit: rig.unit, replay };
}

describe('the moving origin of time', () => {
  it('changes no latency and no part, before, at and after it moves', () => {
    const wanted = burst(10_000);
    for (const start of [REBASE_AT_CYCLES - 2000, REBASE_AT_CYCLES, 2 ** 33, 5 * 2 ** 33 + 77]) {
      expect(burst(start)).toEqual(wanted);
    }
  });

  it('changes nothing, whatever waits and however the time goes by', () => {
    const gaps = [[300_000], [7, 200_000, 99_993], ...LONG_GAPS];
    const counted = gaps.map((gap) => {
      const rig = busyRig();
      rig.replay(0);
      for (const step of gap) {
        if (step > STEP_CYCLES_MAX) rig.unit.leap(step);
        else rig.unit.pass(step);
      }
      rig.replay(1);
      const length = gap.reduce((sum, step) => sum + step, 0);
      const { freezes, kills, killTimes, ...counts } = rig.unit.counts();
      const { cells, latencies, parts } = rig.unit.accounts.sums();
      const thawed = freezes.list.map(({ until = 0 }) => (until > length ? until - length : until));
      expect(kills.page).toBe(8);
      return { cells, latencies, parts, kills, killTimes, thawed, end: counts.cycles - length };
    });
    for (const each of counted) expect(each).toEqual(counted[0]);
  });

  it('ends the run with the last completion, however much time passes after it', () => {
    const { rig } = rigWithWindow(1, 1);
    rig.send(0, { step: 5000, write: true });
    const last = rig.unit.counts().cycles;
    for (let turn = 0; turn < 20; turn += 1) rig.unit.pass(STEP_CYCLES_MAX);
    rig.unit.leap(2 ** 40);
    rig.unit.pass(7);
    expect(rig.unit.counts().cycles).toBe(last);
  });

  it.each([
    { link: { gbps: 0.001 } },
    { dma: { readNs: 1_000_000, readEngines: 1 } },
  ])('cuts waits at about 2^28 cycles, however far reads fall behind: %o', (overrides) => {
    const pacing = { kind: 'interval', ps: 1_000_000 } as const;
    const { rig } = rigWithWindow(1, 1, overrides, pacing);
    const last = 2 ** 30 / 10_000;
    const reads = Array.from({ length: 4 }, (): [number, { bytes: number }] => [
      0,
      { bytes: 4096 },
    ]);
    for (let turn = 0; turn < last / 4; turn += 1) rig.sendAll(reads);
    const { latency } = rig.send(0, { bytes: 4096 });
    expect(latency).toBeGreaterThan(2 ** 28);
    expect(latency).toBeLessThan(2 ** 30);
  });

  it('is counted in the end of the run', () => {
    const { rig } = rigWithWindow(1, 1);
    for (let turn = 0; turn < 20; turn += 1) rig.unit.pass(STEP_CYCLES_MAX);
    rig.send(0, { write: true });
    expect(rig.unit.counts().cycles).toBeGreaterThan(20 * STEP_CYCLES_MAX);
    expect(rig.unit.counts().cycles).toBeLessThan(20 * STEP_CYCLES_MAX + 1000);
  });
});
