/** Times: conversions are exact, and the moving origin is nowhere to be seen. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cyclesOf, edgeAt, REBASE_AT_CYCLES, STEP_CYCLES_MAX } from '../../sim/unit/clock.ts';
import { rigWithWindow, type Sent } from './rig.ts';

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

describe('the moving origin of time', () => {
  it('changes no latency and no part, before, at and after it moves', () => {
    const wanted = burst(10_000);
    for (const start of [REBASE_AT_CYCLES - 2000, REBASE_AT_CYCLES, 2 ** 33, 5 * 2 ** 33 + 77]) {
      expect(burst(start)).toEqual(wanted);
    }
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
