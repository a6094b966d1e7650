/** The rules of docs/timing.md on the smallest examples, each on both sides of its line. */
import { describe, expect, it } from 'vitest';
import { encodeBypass, encodeTranslated } from '../../models/tve.ts';
import { LOOKED, Rig, rigWithWindow } from './rig.ts';

const PAGE = 0x1_0000;
const READ = 1000;
const WRITE = 16;
/** A read of a line that the host's caches do not hold, its response included, and one they do. */
const COLD = 208;
const WARM = 108;

describe('an unhindered request', () => {
  it('that hits takes RTE, TVE and lookup, and the DMA itself (T11 to T13, T23)', () => {
    const { rig } = rigWithWindow(1, 2);
    rig.send(0, { step: 5000 });
    expect(rig.send(64, { step: 5000 })).toMatchObject({ outcome: 'hit', latency: LOOKED + READ });
    expect(rig.send(64, { step: 5000, write: true })).toMatchObject({
      outcome: 'hit',
      latency: LOOKED + WRITE,
    });
  });

  it.each([
    1, 2, 3, 4,
  ])('that misses takes one dependent read for each of %i levels (T18)', (levels) => {
    const { rig } = rigWithWindow(levels, 2);
    const sent = rig.send(0, { step: 5000, write: true });
    expect(sent).toMatchObject({ outcome: 'miss', latency: LOOKED + levels * COLD + WRITE });
    expect(sent.parts.walk).toBe(levels * COLD);
  });

  it('walks three levels of 4 KiB pages', () => {
    const rig = new Rig({}, { kind: 'trace' });
    rig.assign(0x100, 5);
    rig.window(5, 3, 1, 12);
    rig.send(2n << 60n);
    expect(rig.send(0, { step: 5000, write: true }).latency).toBe(LOOKED + 3 * COLD + WRITE);
  });

  it('finds lines that were read before in a cache of the host (T19)', () => {
    const { rig } = rigWithWindow(2, 32);
    rig.send(0, { step: 5000 });
    const sameLine = rig.send(PAGE, { step: 5000, write: true });
    const nextLine = rig.send(16 * PAGE, { step: 5000, write: true });
    expect(sameLine.latency).toBe(LOOKED + 2 * WARM + WRITE);
    expect(nextLine.latency).toBe(LOOKED + WARM + COLD + WRITE);
  });

  it('reads the RTE of a new RID from memory, once (T11)', () => {
    const { rig } = rigWithWindow(1, 1);
    rig.send(0, { step: 5000 });
    rig.assign(0x200, 5);
    expect(rig.send(0, { step: 5000, rid: 0x200, write: true }).latency).toBe(LOOKED + 200 + WRITE);
    expect(rig.send(0, { step: 5000, rid: 0x200, write: true }).latency).toBe(LOOKED + WRITE);
  });
});

describe('a request for a TCE on its way', () => {
  it('waits for the fill and completes with it, not one cycle sooner (T14)', () => {
    const { rig } = rigWithWindow(1, 2);
    rig.send(0, { step: 5000, write: true });
    const merged = rig.send(64, { step: 10, write: true });
    expect(merged).toMatchObject({ outcome: 'merged', latency: LOOKED + COLD - 10 + WRITE });
    expect(merged.parts.mergeWait).toBe(COLD - 10);
  });

  it('is a hit from the cycle on in which the fill arrives', () => {
    const late = rigWithWindow(1, 2).rig;
    late.send(0, { step: 5000 });
    expect(late.send(64, { step: COLD - 1 }).outcome).toBe('merged');
    const onTime = rigWithWindow(1, 2).rig;
    onTime.send(0, { step: 5000 });
    expect(onTime.send(64, { step: COLD }).outcome).toBe('hit');
  });

  it('fetches for itself when merging is off', () => {
    const { rig } = rigWithWindow(1, 2, { tags: { merge: 'none' } });
    rig.send(0, { step: 5000, write: true });
    expect(rig.send(64, { step: 10, write: true })).toMatchObject({
      outcome: 'miss',
      latency: LOOKED + WARM + (COLD - 10 - WARM) + WRITE,
      parts: { walk: WARM, orderWait: COLD - 10 - WARM },
    });
  });
});

describe('the front end', () => {
  it('starts one request a cycle (T9)', () => {
    const { rig } = rigWithWindow(1, 1);
    rig.send(0, { step: 5000 });
    rig.send(0, { step: 5000, write: true });
    expect(rig.send(0, { write: true }).parts.admission).toBe(1);
    expect(rig.send(0, { write: true }).parts.admission).toBe(2);
    expect(rig.send(0, { step: 3, write: true }).parts.admission).toBe(0);
  });

  it('is held by the wait for a tag, hits behind it included (T10, T17)', () => {
    const { rig } = rigWithWindow(1, 64, { tags: { count: 1 } });
    rig.send(0, { step: 5000 });
    rig.send(16 * PAGE, { step: 5000, write: true });
    const second = rig.send(32 * PAGE, { step: 1, write: true });
    expect(second.parts.tagWait).toBe(COLD - 1);
    const hit = rig.send(0, { step: 1 });
    expect(hit).toMatchObject({ outcome: 'hit', parts: { admission: COLD - 1 } });
  });

  it('lets hits pass misses while tags are free', () => {
    const { rig } = rigWithWindow(1, 64);
    rig.send(0, { step: 5000 });
    rig.send(16 * PAGE, { step: 5000, write: true });
    expect(rig.send(0, { step: 1 })).toMatchObject({ outcome: 'hit', latency: LOOKED + READ });
  });
});

describe('posted writes', () => {
  it('of a PE complete in order, reads pass them (T23)', () => {
    const { rig } = rigWithWindow(1, 64);
    rig.send(0, { step: 5000 });
    rig.send(16 * PAGE, { step: 5000, write: true });
    expect(rig.send(0, { step: 1 })).toMatchObject({ latency: LOOKED + READ });
    const write = rig.send(0, { step: 1, write: true });
    expect(write).toMatchObject({ outcome: 'hit', parts: { orderWait: COLD - 2 } });
  });

  it('of another PE do not wait', () => {
    const { rig } = rigWithWindow(1, 64);
    rig.assign(0x200, 6);
    rig.window(6, 1, 1);
    rig.send(0, { step: 5000, rid: 0x200 });
    rig.send(16 * PAGE, { step: 5000, write: true });
    expect(rig.send(0, { step: 1, rid: 0x200, write: true }).parts.orderWait).toBe(0);
  });
});

describe('refusals', () => {
  it('are page faults where nothing is mapped and access faults in the wrong direction (T22)', () => {
    const { rig, leaf } = rigWithWindow(1, 4);
    rig.map(leaf, 1, 16, 0);
    rig.map(leaf, 2, 16, 1);
    rig.map(leaf, 3, 16, 2);
    expect(rig.send(PAGE, { step: 5000 })).toMatchObject({
      outcome: 'page-fault',
      latency: LOOKED + COLD,
    });
    expect(rig.send(2 * PAGE, { step: 5000 }).outcome).toBe('miss');
    expect(rig.send(2 * PAGE, { step: 5000, write: true })).toMatchObject({
      outcome: 'access-fault',
      latency: LOOKED,
    });
    expect(rig.send(3 * PAGE, { step: 5000 }).outcome).toBe('access-fault');
  });

  it('stay cached only where negative caching is on', () => {
    for (const negative of [true, false]) {
      const { rig, leaf } = rigWithWindow(1, 2, { tceCache: { negative } });
      rig.map(leaf, 1, 16, 0);
      rig.send(PAGE, { step: 5000 });
      rig.map(leaf, 1);
      expect(rig.send(PAGE, { step: 5000 }).outcome).toBe(negative ? 'page-fault' : 'miss');
    }
  });

  it('come before any walk for bad TVEs, windows and address classes (T12)', () => {
    const { rig } = rigWithWindow(1, 1);
    const decided = 3;
    expect(rig.send(0x2000_0000, { step: 999 })).toMatchObject({
      outcome: 'tvt-address',
      latency: decided,
    });
    expect(rig.send(1n << 59n, { step: 999 }).outcome).toBe('tve-invalid');
    expect(rig.send(2n << 60n, { step: 999 }).outcome).toBe('unsupported-address');
    expect(rig.send(1n << 60n, { step: 999 }).outcome).toBe('msi');
    expect(rig.send(0xffff_1234, { step: 999, write: true }).outcome).toBe('msi');
  });

  it('of an untranslated window compare bits 49 to 24, and no others', () => {
    const { rig } = rigWithWindow(1, 1);
    rig.unit.writeTve(11, encodeBypass(1n << 49n, (1n << 49n) + (1n << 25n)), 0);
    const at = (address: bigint) => rig.send((1n << 59n) + address, { step: 999 }).outcome;
    expect(at(1n << 49n)).toBe('bypassed');
    expect(at(0n)).toBe('tvt-address');
    expect(at((1n << 49n) + (1n << 25n))).toBe('tvt-address');
  });

  it('of an untranslated window follow its range', () => {
    const { rig } = rigWithWindow(1, 1);
    rig.unit.writeTve(11, encodeBypass(0n, 1n << 39n), rig.unit.accounts.open());
    const base = 1n << 59n;
    expect(rig.send(base + 0x7f_ffff_f000n, { step: 999, write: true })).toMatchObject({
      outcome: 'bypassed',
      latency: 3 + WRITE,
    });
    expect(rig.send(base + (1n << 39n), { step: 999 }).outcome).toBe('tvt-address');
  });
});

describe('kills', () => {
  it('of a PE drop both its windows and nobody else (T27)', () => {
    const { rig } = rigWithWindow(1, 2);
    rig.assign(0x200, 6);
    rig.window(6, 1, 2);
    rig.send(0, { step: 5000 });
    rig.send(0, { step: 5000, rid: 0x200 });
    rig.unit.kill(0x4000_0000_0000_0005n);
    expect(rig.send(0, { step: 5000, rid: 0x200 }).outcome).toBe('hit');
    expect(rig.send(0, { step: 5000 }).outcome).toBe('miss');
    expect(rig.unit.counts().kills).toMatchObject({ pe: 1, droppedEntries: 1, heldCycles: 300 });
  });

  it('of a page drop that page', () => {
    const { rig } = rigWithWindow(1, 3);
    for (const page of [0, 1, 2]) rig.send(page * PAGE, { step: 5000 });
    rig.unit.kill(0x3000_0000_0001_1005n);
    expect(rig.send(0, { step: 5000 }).outcome).toBe('hit');
    expect(rig.send(PAGE, { step: 5000 }).outcome).toBe('miss');
    expect(rig.send(2 * PAGE, { step: 5000 }).outcome).toBe('hit');
  });

  it('hold the front end for their cost', () => {
    const { rig } = rigWithWindow(1, 1);
    rig.send(0, { step: 5000 });
    rig.unit.pass(5000);
    rig.unit.kill(0x4000_0000_0000_0006n);
    expect(rig.send(0, { write: true }).parts.admission).toBe(301);
    rig.unit.pass(5000);
    rig.unit.kill(0x8000_0000_0000_0000n);
    expect(rig.send(0, { step: 501, write: true }).parts.admission).toBe(0);
  });

  it('leave the answer to those who wait for a fill, but nobody new finds it', () => {
    const { rig, leaf } = rigWithWindow(1, 2, { kill: { peCycles: 0 } });
    rig.send(0, { step: 5000, write: true });
    expect(rig.send(64, { step: 1, write: true }).outcome).toBe('merged');
    rig.map(leaf, 0, 16, 0);
    rig.unit.kill(0x4000_0000_0000_0005n);
    expect(rig.send(128, { step: 1, write: true }).outcome).toBe('page-fault');
  });
});

describe('a kill of a page larger than the IO page', () => {
  it('drops all IO pages that lie in it, and the next one stays', () => {
    const rig = new Rig();
    rig.assign(0x100, 5);
    rig.window(5, 2, 64, 12);
    for (const page of [15, 16, 31, 32]) rig.send(page * 4096, { step: 5000 });
    // 64 KiB at bus address 0x10000: pages 16 to 31.
    rig.unit.kill(0x3000_0000_0001_1005n);
    const outcomes = [15, 16, 31, 32].map((page) => rig.send(page * 4096, { step: 5000 }).outcome);
    expect(outcomes).toEqual(['hit', 'miss', 'miss', 'hit']);
  });
});

describe('a kill of an interval-paced run', () => {
  it('arrives at the edge at or after its time, as a request would (T5)', () => {
    const { rig } = rigWithWindow(1, 1, {}, { kind: 'interval', ps: 1_000_500 });
    rig.send(0, { write: true });
    // The next time of the series is 3001.5: edge 3002.
    rig.send(0, { write: true });
    rig.unit.kill(0x4000_0000_0000_0006n);
    expect(rig.send(0, { write: true }).parts.admission).toBe(301);
  });
});

describe('writing a TVE', () => {
  it("drops the walk caches' entries of that TVE and of no other (T30)", () => {
    const { rig } = rigWithWindow(2, 64, { walkCache: { level1: 8 } });
    rig.assign(0x200, 6);
    rig.window(6, 2, 64);
    rig.send(0, { step: 5000 });
    rig.send(0, { step: 5000, rid: 0x200 });
    const root = rig.window(6, 2, 64);
    expect(root).toBeGreaterThan(0n);
    expect(rig.send(16 * PAGE, { step: 5000 }).parts.walk).toBe(COLD);
    expect(rig.send(16 * PAGE, { step: 5000, rid: 0x200 }).parts.walk).toBe(2 * COLD);
  });
});

describe('table lines', () => {
  it('that differ only in their upper address bits are different lines (T19)', () => {
    const rig = new Rig();
    rig.assign(0x100, 5);
    const low = 0x1_0000_0000n;
    const high = low + (1n << 40n);
    rig.memory.write(low, 0x10_0000_0003n);
    rig.memory.write(high, 0x10_0000_0003n);
    const tve = (root: bigint) =>
      encodeTranslated({ root, levels: 1, tableShift: 16, pageShift: 16 });
    rig.unit.writeTve(10, tve(low), rig.unit.accounts.open());
    rig.unit.writeTve(11, tve(high), rig.unit.accounts.open());
    rig.send(2n << 60n);
    expect(rig.send(0, { step: 5000 }).parts.walk).toBe(COLD);
    expect(rig.send(1n << 59n, { step: 5000 }).parts.walk).toBe(COLD);
  });
});

describe('a stale translation', () => {
  it('is used until the kill, and not after it', () => {
    const { rig, leaf } = rigWithWindow(1, 2);
    rig.send(0, { step: 5000 });
    rig.map(leaf, 0, 16, 0);
    expect(rig.send(0, { step: 5000 }).outcome).toBe('hit');
    rig.unit.kill(0x4000_0000_0000_0005n);
    expect(rig.send(0, { step: 5000 }).outcome).toBe('page-fault');
  });
});

describe('the walk cache', () => {
  it('skips the levels above the lowest that it knows (T18)', () => {
    const { rig } = rigWithWindow(3, 64, { walkCache: { level1: 4, level2: 4 } });
    rig.send(0, { step: 5000 });
    expect(rig.send(16 * PAGE, { step: 5000 }).parts.walk).toBe(COLD);
    rig.unit.kill(0x4000_0000_0000_0005n);
    expect(rig.send(0, { step: 5000 }).parts.walk).toBe(3 * WARM);
  });
});
