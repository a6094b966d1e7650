import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinHalves, lowerHalf, upperHalf } from '../../models/bits.ts';
import { allocateMemory, PhysicalMemory } from '../../models/memory/physical.ts';
import { tcePermission } from '../../models/tce.ts';
import { decodeTve, encodeTranslated, spanBits, type TranslatedTve } from '../../models/tve.ts';
import { walk } from '../../models/walk.ts';
import { Tvt } from '../../sim/unit/lookup/tvt.ts';
import { MemoryTiming } from '../../sim/unit/walk/memory-timing.ts';
import { WalkCache } from '../../sim/unit/walk/walk-cache.ts';
import { Walker } from '../../sim/unit/walk/walker.ts';

const PAGE_SHIFTS = [12, 16, 21, 24, 28, 30];
/** At 1000 MHz a cycle is a ns; no line is cached, so that every read takes the same time. */
const TIMING = { readNs: 200, cachedReadNs: 120, cachedLines: 0, remoteShare: 0, retryNs: 0 };
const CLOCK_MHZ = 1000;
const RESPONSE_CYCLES = 4;
const TVE_INDEX = 1023;
/** Frames that the tables of one example can touch: addresses times levels, and one to spare. */
const FRAMES = 65;
const WORD = (1n << 64n) - 1n;

/** Memory that notes where the walker looks. */
class WatchedMemory extends PhysicalMemory {
  readonly looks: bigint[] = [];

  override find(upper: number, lower: number): number {
    this.looks.push(joinHalves(upper, lower));
    return super.find(upper, lower);
  }
}

/** A walker on a memory, with a single TVE. */
function walkerOf(word: bigint, memory: PhysicalMemory, walkCacheEntries: number) {
  const tvt = new Tvt(1024, { ioda: 'ioda3', pageShifts: PAGE_SHIFTS }, 0n);
  tvt.write(TVE_INDEX, word, 0);
  const timing = new MemoryTiming(TIMING, CLOCK_MHZ);
  const cache = new WalkCache({
    level1: walkCacheEntries,
    level2: walkCacheEntries,
    level3: walkCacheEntries,
    level4: walkCacheEntries,
  });
  const walker = new Walker(tvt, memory, timing, cache, RESPONSE_CYCLES);
  return {
    walker,
    /** Walks; returns the leaf TCE, the reads by level (leaf first) and the cycles. */
    walk(address: bigint) {
      walker.reads.fill(0);
      walker.walk(TVE_INDEX, upperHalf(address) | 0, lowerHalf(address) | 0);
      return {
        tce: joinHalves(walker.tceHigh, walker.tceLow),
        reads: [...walker.reads],
        cycles: walker.cycles,
      };
    },
  };
}

/** What the walker must answer, by the functional walk of models/. */
function wanted(tve: TranslatedTve, address: bigint, memory: PhysicalMemory) {
  const { reads } = walk(tve, address, 'read', (at) => memory.read(at));
  const levels = [0, 0, 0, 0, 0];
  for (const { level } of reads) levels[level] += 1;
  const last = reads.at(-1)?.tce ?? 0n;
  return {
    tce: tcePermission(last) === 0 ? 0n : last,
    reads: levels,
    cycles: reads.length * (TIMING.readNs + RESPONSE_CYCLES),
    places: reads.map((read) => read.address),
  };
}

/** Writes entries along an address's walk, where there are none yet, until one of them is a hole. */
function plant(
  tve: TranslatedTve,
  address: bigint,
  entries: readonly bigint[],
  to: PhysicalMemory,
) {
  for (const entry of entries) {
    const { reads } = walk(tve, address, 'read', (at) => to.read(at));
    const last = reads.at(-1);
    if (last === undefined || last.tce !== 0n) return;
    to.write(last.address, entry);
  }
}

const tableShift = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 12, max: 20 }) },
  { weight: 2, arbitrary: fc.integer({ min: 21, max: 42 }) },
);
const anyWord = fc.bigInt({ min: 0n, max: WORD });
/** Mostly a valid TCE with any address and reserved bits; one in eight may have no permission. */
const entry = fc.oneof(
  { weight: 7, arbitrary: anyWord.map((word) => word | 3n) },
  { weight: 1, arbitrary: anyWord },
);
const example = fc.record({
  root: anyWord,
  levels: fc.integer({ min: 1, max: 5 }),
  tableShift,
  pageShift: fc.constantFrom(...PAGE_SHIFTS),
  requests: fc.array(
    fc.record({
      address: anyWord,
      /** How many upper bits of the window it shares with the first request. */
      shared: fc.integer({ min: 0, max: 59 }),
      entries: fc.array(entry, { minLength: 5, maxLength: 5, size: 'max' }),
    }),
    { minLength: 1, maxLength: 12, size: 'max' },
  ),
});

type Example = typeof example extends fc.Arbitrary<infer Drawn> ? Drawn : never;

/** The tables of an example in memory, and addresses inside its window. */
function build({ root, levels, tableShift: shift, pageShift, requests }: Example) {
  const align = BigInt(shift);
  const word = encodeTranslated({
    root: ((root & ((1n << 60n) - 1n)) >> align) << align,
    levels,
    tableShift: shift,
    pageShift,
  });
  const tve = decodeTve(word) as TranslatedTve;
  const span = BigInt(Math.min(59, spanBits(tve)));
  const window = (1n << span) - 1n;
  const memory = new WatchedMemory(allocateMemory(FRAMES * 65_536));
  const first = requests[0].address & window;
  const addresses = requests.map(({ address, shared }) => {
    const own = (1n << (span > BigInt(shared) ? span - BigInt(shared) : 0n)) - 1n;
    const select = address & (0x1fn << 59n);
    return select | (first & ~own) | (address & own);
  });
  requests.forEach(({ entries }, i) => {
    plant(tve, addresses[i], entries, memory);
  });
  return { word, tve, memory, addresses };
}

describe('the walker on halves', () => {
  test('gives the leaf, the reads in their order and the time of the functional walk', () => {
    let complete = 0;
    let holes = 0;
    fc.assert(
      fc.property(example, (drawn) => {
        const { word, tve, memory, addresses } = build(drawn);
        const unit = walkerOf(word, memory, 0);
        for (const address of addresses) {
          const { places, ...answer } = wanted(tve, address, memory);
          memory.looks.length = 0;
          expect(unit.walk(address)).toEqual(answer);
          expect(memory.looks).toEqual(places);
          if (answer.tce === 0n) holes += 1;
          else complete += 1;
        }
      }),
      { numRuns: 300 },
    );
    // The property would hold of empty tables as well: both ends must have been met.
    expect(complete).toBeGreaterThan(30);
    expect(holes).toBeGreaterThan(30);
  });

  test('with a walk cache gives the same leaf and time for no more reads, and fewer in all', () => {
    let saved = 0;
    fc.assert(
      fc.property(example, fc.integer({ min: 1, max: 8 }), (drawn, entries) => {
        const { word, tve, memory, addresses } = build(drawn);
        const unit = walkerOf(word, memory, entries);
        for (const address of [...addresses, ...addresses]) {
          const { places, ...answer } = wanted(tve, address, memory);
          memory.looks.length = 0;
          const { tce, reads, cycles } = unit.walk(address);
          expect(tce).toBe(answer.tce);
          // A cached walk begins further down; from there it reads what the whole walk reads.
          const skipped = places.length - memory.looks.length;
          expect(skipped).toBeGreaterThanOrEqual(0);
          expect(memory.looks).toEqual(places.slice(skipped));
          expect(reads.reduce((sum, count) => sum + count)).toBe(memory.looks.length);
          expect(cycles).toBe(memory.looks.length * (TIMING.readNs + RESPONSE_CYCLES));
          saved += skipped;
        }
      }),
      { numRuns: 300 },
    );
    expect(saved).toBeGreaterThan(30);
  });
});

test('the TVT holds as beyond the window what the functional walk refuses as outside', () => {
  fc.assert(
    fc.property(example, anyWord, fc.integer({ min: 0, max: 59 }), (drawn, word, cut) => {
      const { word: tveWord, tve, memory, addresses } = build(drawn);
      const address = word >> BigInt(cut);
      const tvt = new Tvt(1024, { ioda: 'ioda3', pageShifts: PAGE_SHIFTS }, 0n);
      tvt.write(TVE_INDEX, tveWord, 0);
      const beyond = joinHalves(tvt.beyondHigh[TVE_INDEX], tvt.beyondLow[TVE_INDEX]);
      const { outcome } = walk(tve, address, 'read', (at) => memory.read(at));
      const isRefused = 'fault' in outcome && outcome.fault === 'tvt-address';
      expect((address & beyond) !== 0n).toBe(isRefused);
      for (const within of addresses) expect(within & beyond).toBe(0n);
    }),
  );
});

describe('the walk cache', () => {
  // Root 0x240000000, three levels of 64 KiB, 64K pages: vector V1 of the formats.
  const tve = 0x0000_0024_0000_4505n;
  const address = 0x0800_0000_1234_5678n;

  function tables(): PhysicalMemory {
    const memory = new PhysicalMemory(allocateMemory(8 * 65_536));
    memory.write(0x2_4000_0000n, 0x2_4001_0003n);
    memory.write(0x2_4001_0000n, 0x2_4002_0003n);
    memory.write(0x2_4002_91a0n, 0x10_00ab_0003n);
    return memory;
  }

  test('leaves one read of three to a second walk of the same leaf table', () => {
    const { walk: take } = walkerOf(tve, tables(), 4);
    expect(take(address)).toEqual({ tce: 0x10_00ab_0003n, reads: [1, 1, 1, 0, 0], cycles: 612 });
    expect(take(address)).toEqual({ tce: 0x10_00ab_0003n, reads: [1, 0, 0, 0, 0], cycles: 204 });
  });

  test('leaves two reads to a walk that shares the root entry only', () => {
    const { walk: take } = walkerOf(tve, tables(), 4);
    take(address);
    const elsewhere = address + (1n << 29n);
    expect(take(elsewhere)).toEqual({ tce: 0n, reads: [0, 1, 0, 0, 0], cycles: 204 });
  });

  test('keeps no hole: a table that is hung in afterwards is found', () => {
    const memory = tables();
    const { walk: take } = walkerOf(tve, memory, 4);
    const elsewhere = address + (1n << 29n);
    expect(take(elsewhere)).toMatchObject({ tce: 0n, reads: [0, 1, 1, 0, 0] });
    memory.write(0x2_4001_0008n, 0x2_4002_0003n);
    expect(take(elsewhere)).toMatchObject({ tce: 0x10_00ab_0003n, reads: [1, 1, 0, 0, 0] });
  });

  test('reads the leaf again each time, and so sees it change', () => {
    const memory = tables();
    const { walk: take } = walkerOf(tve, memory, 4);
    take(address);
    memory.write(0x2_4002_91a0n, 0n);
    expect(take(address).tce).toBe(0n);
  });

  test('tells apart pages that differ in address bits 53 and up only', () => {
    const memory = new PhysicalMemory(allocateMemory(16 * 65_536));
    // Root 0x100000, five levels of 4 KiB, 4K pages: bit 53 is bit 5 of the root's index.
    for (const [rootEntry, first] of [
      [0x10_0000n, 0x20_0000n],
      [0x10_0100n, 0x30_0000n],
    ]) {
      memory.write(rootEntry, first | 3n);
      for (let level = 0n; level < 4n; level += 1n) {
        memory.write(first + level * 0x1000n, (first + (level + 1n) * 0x1000n) | 3n);
      }
    }
    const { walk: take } = walkerOf(0x0000_0000_0100_8101n, memory, 4);
    const answers = [0n, 1n << 53n, 0n, 1n << 53n].map((at) => take(at));
    expect(answers.map(({ tce }) => tce)).toEqual([0x20_4003n, 0x30_4003n, 0x20_4003n, 0x30_4003n]);
    expect(answers.map(({ cycles }) => cycles)).toEqual([1020, 1020, 204, 204]);
  });
});
