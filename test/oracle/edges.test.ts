/** The oracle by itself, on cases whose answers can be worked out by hand from docs/timing.md. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pacing } from '../../sim/unit/port/arrivals.ts';
import type { OracleCase, OracleItem } from './case.ts';
import { type ConfigOver, configWith } from './draw-config.ts';
import { oracleCase } from './draw-items.ts';
import { replayByEdges, type Settled } from './edges.ts';
import { buildWindow } from './tables.ts';

const RID = 0x100;
const PE = 1;
const PAGES = 64;
const TRACE: Pacing = { kind: 'trace' };

/** Times that tell the parts apart: RTE 2, TVE 3, lookup 5, read 100 + 7, data 40, write 11. */
const HIT = 2 + 3 + 5;
const READ = 107;
const DATA = 40;

/** A unit without a link, of which a test says what it is about. */
function configOf(over: ConfigOver) {
  const base: ConfigOver = {
    unit: { clockMHz: 1000 },
    link: { generation: 0, gbps: 0, payloadBytes: 4096, readRequestBytes: 4096 },
    credits: { postedHeaders: 0, postedData: 0, nonPostedHeaders: 0 },
    rteCache: { hitCycles: 2 },
    tvt: { readCycles: 3 },
    tceCache: { lookupCycles: 5, responseCycles: 7 },
    memory: { readNs: 100, cachedReadNs: 100, cachedLines: 0 },
    dma: { readNs: DATA, writeNs: 11, readEngines: 0 },
    tags: { merge: 'entry' },
  };
  const groups = [...Object.keys(base), ...Object.keys(over)] as (keyof ConfigOver)[];
  const merged = Object.fromEntries(
    groups.map((group) => [group, { ...base[group], ...over[group] }]),
  );
  return configWith(merged);
}

function replay(
  items: readonly OracleItem[],
  over: ConfigOver = {},
  { levels = 1, pacing = TRACE }: { levels?: number; pacing?: Pacing } = {},
) {
  const permissions = new Array(PAGES).fill(3);
  const window = buildWindow(0x1_0000_0000n, { levels, pageShift: 12, permissions });
  const drawn: OracleCase = {
    config: configOf(over),
    pacing,
    tves: new Map([[2 * PE, window.tve]]),
    words: window.words,
    items,
  };
  return replayByEdges(drawn);
}

function dma(page: number, stepNs: number, isWrite = false, bytes = 64): OracleItem {
  const address = BigInt(page) * 4096n;
  return { kind: 'dma', stepNs, rid: RID, pe: PE, address, bytes, isWrite };
}

/** The read of the RTT that the first request makes, so that the next one finds the RID. */
const WARM_UP = dma(63, 0);
const LATER = 10_000;

function latencies(settled: readonly Settled[]): number[] {
  return settled.map(({ latency }) => latency);
}

describe('one request by itself', () => {
  test.each([1, 2, 3, 4, 5])('a miss of %d levels takes so many reads', (levels) => {
    const { settled, walkReads } = replay([WARM_UP, dma(0, LATER)], {}, { levels });
    expect(settled[1]).toEqual({
      outcome: 'miss',
      done: LATER + HIT + levels * READ + DATA,
      latency: HIT + levels * READ + DATA,
      parts: { rte: 2, tve: 3, lookup: 5, walk: levels * READ, dma: DATA },
      real: 0x10_0000_0000n,
    });
    expect(walkReads.slice(0, levels)).toEqual(new Array(levels).fill(2));
  });

  test('a hit takes the stages and its data', () => {
    const { settled } = replay([WARM_UP, dma(63, LATER)]);
    expect(settled[1].latency).toBe(HIT + DATA);
    expect(settled[0].latency).toBe(HIT + 100 + READ + DATA);
  });

  test('a cached indirect TCE leaves only the leaf to read', () => {
    const over = { walkCache: { level1: 1 } };
    const { settled, walkCacheHits } = replay([WARM_UP, dma(0, LATER)], over, { levels: 3 });
    expect(settled[1].latency).toBe(HIT + READ + DATA);
    expect(walkCacheHits).toEqual([0, 1, 0, 0, 0]);
  });

  test('a write of the second device byte range is cut at every payload', () => {
    const over: ConfigOver = { link: { payloadBytes: 128 } };
    const { settled } = replay(
      [WARM_UP, { ...dma(63, LATER, true, 300), address: 0x3f010n } as OracleItem],
      over,
    );
    expect(settled).toHaveLength(1 + 3);
  });
});

describe('requests that meet', () => {
  test('a request for a TCE on its way waits for its arrival', () => {
    const { settled } = replay([WARM_UP, dma(0, LATER), dma(0, 20)]);
    expect(settled[2].outcome).toBe('merged');
    expect(settled[2].parts.mergeWait).toBe(READ - 20);
    expect(settled[2].latency).toBe(settled[1].latency - 20);
  });

  test('one tag serves one miss after the other', () => {
    const items = [
      WARM_UP,
      ...Array.from({ length: 20 }, (_, page) => dma(page, page ? 0 : LATER)),
    ];
    const { settled, cycles } = replay(items, { tags: { count: 1 } });
    expect(cycles).toBe(LATER + HIT + 20 * READ + DATA);
    expect(settled[20].parts.tagWait).toBe(READ - 1);
  });

  test('walkers of fewer than the tags hold nobody behind', () => {
    const items = [WARM_UP, dma(0, LATER), dma(1, 0), dma(63, 0)];
    const { settled } = replay(items, { walkers: { count: 1 } });
    expect(settled[2].parts.walkerWait).toBe(READ - 1);
    expect(settled[3].latency).toBe(HIT + 2 + DATA);
  });

  test('a posted write does not overtake one that misses; a read does', () => {
    const items = [WARM_UP, dma(0, LATER, true), dma(63, 0, true), dma(63, 0)];
    const { settled } = replay(items);
    expect(settled[2].parts.orderWait).toBe(READ - 1);
    expect(settled[3].latency).toBe(HIT + 2 + DATA);
  });

  test('four lines take two engines twice', () => {
    const over = { dma: { readEngines: 2 } };
    const { settled } = replay([WARM_UP, dma(63, LATER, false, 512)], over);
    expect(settled[1].parts).toMatchObject({ engineWait: DATA, dma: DATA });
  });

  test('a line brings its neighbours into the line buffer', () => {
    const items = [WARM_UP, dma(0, LATER), dma(15, LATER), dma(16, LATER)];
    const { settled } = replay(items, { lineBuffer: { entries: 2 } });
    expect(settled.map(({ outcome }) => outcome)).toEqual(['miss', 'miss', 'line-hit', 'miss']);
  });
});

describe('the link', () => {
  test('carries 200 Gb/s of payload and headers, not 202', () => {
    const count = 1000;
    const bytes = 4096 + 24;
    const items = [
      WARM_UP,
      ...Array.from({ length: count }, (_, at) => dma(63, at ? 0 : LATER, true, 4096)),
    ];
    const { cycles } = replay(items, { link: { gbps: 200, requestOverheadBytes: 24 } });
    // A byte takes 8 * 1000 / (1000 * 200) = 0.04 cycles.
    expect(cycles).toBe(LATER + Math.ceil((count * bytes) / 25) + HIT + 11);
  });

  test('of generation 3 loses 2 of 130 bits', () => {
    const over = { link: { generation: 3, width: 1, gbps: 0, requestOverheadBytes: 0 } };
    const { settled } = replay([WARM_UP, dma(63, LATER, true, 4096)], over);
    expect(settled[1].parts.link).toBe(Math.ceil((4096 * 130) / 128));
  });

  test('waits for the credit of the request in front', () => {
    const over = { credits: { nonPostedHeaders: 1 } };
    const { settled } = replay([WARM_UP, dma(63, LATER), dma(63, 0)], over);
    expect(settled[2].parts.creditWait).toBe(HIT + DATA);
  });

  test('sends nothing that needs more credits than there are, and the watchdog says so', () => {
    const over = { credits: { postedData: 2 } };
    expect(() => replay([WARM_UP, dma(63, LATER, true, 64)], over)).toThrow(
      /^edge \d+: request 1 waits for posted data credits$/,
    );
  });
});

describe('a kill', () => {
  const page0 = { kind: 'kill' as const, stepNs: LATER, register: (1n << 61n) | BigInt(PE) };
  const times = { pageCycles: 9, queueDepth: 0, dropWhenFull: false, sync: 'reads' as const };

  test('makes the unit forget the page that it names, and no other', () => {
    const items = [dma(0, 0), dma(1, 0), page0, dma(0, LATER), dma(1, 0)];
    const { settled, kills } = replay(items, { kill: times });
    expect(settled.map(({ outcome }) => outcome)).toEqual(['miss', 'miss', 'miss', 'hit']);
    expect(kills).toMatchObject({ page: 1, droppedEntries: 1, heldCycles: 9 });
  });

  test('holds the lookup stage for its cycles and one more', () => {
    const { settled } = replay([WARM_UP, page0, dma(63, 0)], { kill: times });
    expect(settled[1].parts.admission).toBe(1 + 9);
  });

  test('is complete when the reads before it have their data', () => {
    const { killTimes } = replay([WARM_UP, dma(0, LATER), { ...page0, stepNs: 0 }], {
      kill: times,
    });
    expect(killTimes.completion).toEqual({
      count: 1,
      sum: HIT + READ + DATA,
      max: HIT + READ + DATA,
    });
  });

  test('that finds the queue full is polled for, or lost', () => {
    const items: OracleItem[] = [WARM_UP, page0, { ...page0, stepNs: 0 }];
    const polled = replay(items, { kill: { ...times, queueDepth: 1 } });
    expect(polled.kills).toMatchObject({ page: 2, polls: 1, pollCycles: HIT + 9, lost: 0 });
    const lost = replay(items, { kill: { ...times, queueDepth: 1, dropWhenFull: true } });
    expect(lost.kills).toMatchObject({ page: 1, polls: 0, lost: 1 });
  });
});

describe('kills one behind the other', () => {
  const page0 = { kind: 'kill' as const, stepNs: 0, register: (1n << 61n) | BigInt(PE) };
  const everything = { ...page0, register: 1n << 63n };
  const later = (kill: typeof page0) => ({ ...kill, stepNs: LATER });
  const times = { pageCycles: 9, allCycles: 20, dropWhenFull: false, sync: 'none' as const };
  const page = HIT + 9;
  const all = HIT + 20;

  test('poll from when the one in front was written, and are complete counted from their arrival', () => {
    const { kills, killTimes, cycles } = replay([WARM_UP, later(page0), page0, page0], {
      kill: { ...times, queueDepth: 1 },
    });
    expect(kills).toMatchObject({ page: 3, polls: 2, pollCycles: page + page });
    expect(killTimes.completion).toEqual({ count: 3, sum: page * (1 + 2 + 3), max: 3 * page });
    expect(killTimes.stale).toEqual(killTimes.completion);
    expect(cycles).toBe(LATER + 3 * page);
  });

  test('a page kill behind one that polls is lost, which the one that polls is not', () => {
    const { kills, cycles } = replay([WARM_UP, later(everything), everything, page0], {
      kill: { ...times, queueDepth: 1, dropWhenFull: true },
    });
    expect(kills).toMatchObject({ all: 2, page: 0, polls: 1, pollCycles: all, lost: 1 });
    expect(cycles).toBe(LATER + 2 * all);
  });
});

describe('a stale use', () => {
  const remap: OracleItem = { kind: 'store', address: 0x1_0000_0000n, word: 0x30_0000_0003n };
  const kill: OracleItem = {
    kind: 'kill',
    stepNs: LATER,
    register: (1n << 61n) | BigInt(PE),
  };
  const staleUses = (items: readonly OracleItem[], dropWhenFull = true) =>
    replay(items, { kill: { dropWhenFull, queueDepth: 1 } }).kills.staleUses;

  test('is an answer that memory no longer holds', () => {
    expect(staleUses([dma(0, 0), remap, dma(0, LATER), dma(0, 0)])).toBe(2);
    expect(staleUses([dma(0, 0), remap, dma(0, 1)])).toBe(1);
    expect(staleUses([dma(0, 0), remap, dma(1, LATER)])).toBe(0);
    expect(staleUses([dma(0, 0), dma(0, LATER)])).toBe(0);
  });

  test('does not come about behind a kill, and is not looked for where none gets lost', () => {
    expect(staleUses([dma(0, 0), remap, kill, dma(0, 0)])).toBe(0);
    expect(staleUses([dma(0, 0), remap, dma(0, LATER)], false)).toBe(0);
  });
});

describe('a fault', () => {
  test('freezes its PE from the cycle of the refusal until software unfreezes it', () => {
    const items: OracleItem[] = [
      WARM_UP,
      dma(PAGES, LATER),
      dma(63, LATER),
      { kind: 'unfreeze', stepNs: 0, pe: PE },
      dma(63, LATER),
    ];
    const { settled, freezes } = replay(items, { fault: { freezesPe: true } });
    expect(settled.map(({ outcome }) => outcome)).toEqual(['miss', 'page-fault', 'frozen', 'hit']);
    expect(freezes).toEqual([
      {
        pe: PE,
        cause: 'page-fault',
        cycle: LATER + HIT + READ,
        until: 2 * LATER + 2 + 3 + 1,
        pest0: 0x0200_2000_0100_0000n,
        pest1: 0x4_0000n,
      },
    ]);
  });
});

describe('requesters', () => {
  test('of a closed loop send the next request when one completes', () => {
    const items = Array.from({ length: 11 }, () => dma(63, 0));
    const pacing: Pacing = { kind: 'closed', outstanding: 1, everyPs: 0, each: 'phb' };
    const { settled, cycles } = replay(items, {}, { pacing });
    expect(cycles).toBe(latencies(settled).reduce((sum, each) => sum + each, 0));
    expect(settled[10].latency).toBe(HIT + DATA);
  });

  test('at an interval carry on what does not fill a cycle', () => {
    const items = Array.from({ length: 1001 }, () => dma(63, 0));
    const { cycles } = replay(items, {}, { pacing: { kind: 'interval', ps: 3300 } });
    expect(cycles).toBe(3300 + HIT + DATA);
  });
});

test('jumping over edges at which nothing happens changes nothing', () => {
  fc.assert(
    fc.property(oracleCase, (drawn) => {
      expect(replayByEdges(drawn)).toEqual(replayByEdges(drawn, true));
    }),
    { numRuns: 60 },
  );
});
