/** Kills by hand-made examples: queue, completion, stale window, and the caches that they empty. */
import { describe, expect, it } from 'vitest';
import { LOOKED, type Overrides, rigWithWindow } from './rig.ts';

const PAGE = 0x1_0000;
const KILL_PE_5 = 0x4000_0000_0000_0005n;
/** One 64 KiB page of PE 5: page 0. */
const KILL_PAGE_0 = 0x3000_0000_0000_1005n;

function rigOf(overrides: Overrides) {
  return rigWithWindow(1, 64, overrides).rig;
}

describe('the kill queue', () => {
  it('makes software poll until the kill that fills it is retired', () => {
    const rig = rigOf({ kill: { peCycles: 300, queueDepth: 1 } });
    rig.unit.pass(5000);
    rig.unit.kill(KILL_PE_5);
    rig.unit.pass(10);
    rig.unit.kill(KILL_PE_5);
    // The first is retired after its 7 cycles in the pipeline and 300 of its own.
    expect(rig.unit.counts().kills).toMatchObject({
      pe: 2,
      polls: 1,
      pollCycles: LOOKED + 300 - 10,
    });
  });

  it('is polled by one thread of software: the waits of kills add up to no more than time', () => {
    const rig = rigOf({ kill: { peCycles: 300, queueDepth: 1 } });
    rig.unit.pass(5000);
    for (let kill = 0; kill < 10; kill += 1) rig.unit.kill(KILL_PE_5);
    // Each waits for the one before it: 7 cycles of pipeline and 300 of its own, the pipeline empty by then.
    expect(rig.unit.counts().kills).toMatchObject({ polls: 9, pollCycles: 9 * (LOOKED + 300) });
    expect(rig.unit.counts().killTimes.completion.max).toBe(10 * (LOOKED + 300));
    expect(rig.unit.counts().cycles).toBe(5000 + 10 * (LOOKED + 300));
  });

  it('counts what still uses a translation whose kill was lost', () => {
    const uses = [true, false].map((dropWhenFull) => {
      const { rig, leaf } = rigWithWindow(2, 64, {
        kill: { peCycles: 300, queueDepth: 1, dropWhenFull },
      });
      rig.send(0, { step: 5000 });
      rig.send(0, { step: 5000 });
      rig.map(leaf, 0, 16, 0);
      rig.unit.pass(5000);
      rig.unit.kill(0x4000_0000_0000_0006n);
      rig.unit.kill(KILL_PAGE_0);
      for (let turn = 0; turn < 3; turn += 1) rig.send(0, { step: 5000 });
      return rig.unit.counts().kills.staleUses;
    });
    expect(uses).toEqual([3, 0]);
  });

  it('loses a page kill that finds it full, where the erratum is on (HW560152)', () => {
    const outcomes = [true, false].map((dropWhenFull) => {
      const rig = rigOf({ kill: { peCycles: 300, queueDepth: 1, dropWhenFull } });
      rig.send(0, { step: 5000 });
      rig.unit.pass(5000);
      // A PE without entries fills the queue.
      rig.unit.kill(0x4000_0000_0000_0006n);
      rig.unit.kill(KILL_PAGE_0);
      const { outcome } = rig.send(0, { step: 5000 });
      return [rig.unit.counts().kills.lost, outcome];
    });
    expect(outcomes).toEqual([
      [1, 'hit'],
      [0, 'miss'],
    ]);
  });
});

describe('the completion of a kill', () => {
  it.each([
    ['none', 30 + LOOKED],
    ['reads', LOOKED + 1000 - 10],
    ['all', LOOKED + 1000 - 10],
  ] as const)('with sync=%s comes %i cycles after its write', (sync, cycles) => {
    const rig = rigOf({ kill: { sync, pageCycles: 30 } });
    rig.send(0, { step: 5000 });
    rig.send(0, { step: 5000 });
    rig.unit.pass(10);
    rig.unit.kill(KILL_PAGE_0);
    expect(rig.unit.counts().killTimes.completion).toMatchObject({ count: 1, sum: cycles });
    // Whatever software waits for, the read before the kill may use the old translation until then.
    expect(rig.unit.counts().killTimes.stale.sum).toBe(LOOKED + 1000 - 10);
  });

  it('does not wait for the DMA of other PEs where these are no part of the sync', () => {
    const rig = rigOf({ kill: { sync: 'none', pageCycles: 30 } });
    rig.assign(0x200, 6);
    rig.window(6, 1, 4);
    rig.send(0, { rid: 0x200, step: 5000 });
    rig.send(0, { rid: 0x200, step: 5000 });
    rig.unit.pass(10);
    rig.unit.kill(KILL_PAGE_0);
    expect(rig.unit.counts().killTimes.stale.sum).toBe(30 + LOOKED);
  });
});

describe('a kill', () => {
  it('leaves the walk caches alone where they survive it', () => {
    const walks = [true, false].map((dropsWalkCaches) => {
      const { rig } = rigWithWindow(3, 64, {
        walkCache: { level1: 4, level2: 4 },
        kill: { dropsWalkCaches },
      });
      rig.send(0, { step: 5000 });
      rig.unit.kill(KILL_PAGE_0);
      return rig.send(0, { step: 5000 }).parts.walk;
    });
    // All three lines are in the host's caches: 100 + 8 cycles each.
    expect(walks).toEqual([3 * 108, 108]);
  });

  it('drops the line with the page, from cache and line buffer', () => {
    const overrides: Overrides = { tceCache: { granule: 'line' }, lineBuffer: { entries: 4 } };
    const rig = rigOf(overrides);
    rig.send(0, { step: 5000 });
    expect(rig.send(3 * PAGE, { step: 5000 }).outcome).toBe('hit');
    rig.unit.kill(KILL_PAGE_0);
    expect(rig.send(3 * PAGE, { step: 5000 }).outcome).toBe('miss');
  });
});

describe('the line buffer', () => {
  it('answers for the neighbours of a fetched TCE, at no time', () => {
    const rig = rigOf({ lineBuffer: { entries: 1 } });
    rig.send(0, { step: 5000, write: true });
    expect(rig.send(PAGE, { step: 5000, write: true })).toMatchObject({
      outcome: 'line-hit',
      latency: LOOKED + 16,
    });
    // Page 16 is in the next line, which takes the only entry.
    expect(rig.send(16 * PAGE, { step: 5000, write: true }).outcome).toBe('miss');
    expect(rig.send(2 * PAGE, { step: 5000, write: true }).outcome).toBe('miss');
  });

  it('merges with a line on its way where tags merge by line', () => {
    const outcomes = (['line', 'entry', 'none'] as const).map((merge) => {
      const rig = rigOf({ tags: { merge } });
      rig.send(0, { step: 5000, write: true });
      return rig.send(PAGE, { step: 1, write: true }).outcome;
    });
    expect(outcomes).toEqual(['merged', 'miss', 'miss']);
  });
});

describe('hit under miss', () => {
  it.each([
    ['always', 0, 0],
    ['other-pes', 207, 0],
    ['never', 207, 207],
  ] as const)('%s: a hit of the same PE waits %i cycles, of another %i', (mode, same, other) => {
    const waits = [0x100, 0x200].map((rid) => {
      const rig = rigOf({ tceCache: { hitUnderMiss: mode } });
      rig.assign(0x200, 6);
      rig.window(6, 1, 4);
      for (const each of [0x100, 0x200]) rig.send(0, { rid: each, step: 5000, write: true });
      rig.send(16 * PAGE, { step: 5000, write: true });
      return rig.send(0, { rid, step: 1, write: true }).parts.admission;
    });
    expect(waits).toEqual([same, other]);
  });
});
