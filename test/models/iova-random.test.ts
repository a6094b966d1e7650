import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import {
  IovaPools,
  type IovaRequest,
  type IovaSpace,
} from '../../models/kernel/host-dma/iova-pools.ts';
import { SlowIova } from './iova-oracle.ts';

const CALLS = 2000;
const FAR = 2 ** 47;

/** Small tables, so that everything fills, wraps and falls back. */
const SPACES: Readonly<Record<string, IovaSpace>> = {
  'four pools': { pageShift: 20, entries: 1024, offset: 0, largePoolIsLastResort: true },
  'four pools without the last resort': {
    pageShift: 20,
    entries: 1024,
    offset: 0,
    largePoolIsLastResort: false,
  },
  'one pool of a table of odd size': {
    pageShift: 12,
    entries: 1001,
    offset: 0,
    largePoolIsLastResort: true,
  },
  'a window at bit 59 with reserved entries in it': {
    pageShift: 12,
    entries: 777,
    offset: FAR,
    reserved: { start: FAR + 300, end: FAR + 400 },
    largePoolIsLastResort: true,
  },
  'four pools with MMIO in the third': {
    pageShift: 21,
    entries: 600,
    offset: 0,
    reserved: { start: 230, end: 290 },
    largePoolIsLastResort: true,
  },
  'four pools of a window that begins at entry 100': {
    pageShift: 21,
    entries: 1000,
    offset: 100,
    reserved: { start: 50, end: 120 },
    largePoolIsLastResort: false,
  },
};

interface Held {
  readonly entry: number;
  readonly pages: number;
}

/** A request of a driver: mostly small, sometimes with a mask that cuts the table, in or out of a list. */
function randomRequest(random: () => number, space: IovaSpace, last: number): IovaRequest {
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)];
  const { entries, offset } = space;
  const pages = random() < 0.75 ? Math.floor(random() * 16) : Math.floor(random() * 80);
  return {
    pages,
    processor: Math.floor(random() * 200),
    mask: pick([
      FAR * 2 - 1,
      FAR * 2 - 1,
      offset + entries - 1,
      offset + 255,
      offset + 511,
      offset + Math.floor(random() * entries),
    ]),
    alignOrder: pick([0, 0, 0, 1, 4, 6]),
    boundary: pick([2 ** 20, 2 ** 20, 128, 16]),
    ...(random() < 0.5 && { handle: { next: pick([0, last, Math.floor(random() * entries)]) } }),
  };
}

/** Runs the same calls on both; returns how many requests were served and how many not. */
function compare(space: IovaSpace, seed: string): { served: number; failed: number } {
  const random = seedrandom.alea(seed);
  const pools = new IovaPools(space);
  const oracle = new SlowIova(space);
  const held: Held[] = [];
  const count = { served: 0, failed: 0 };
  // Long phases of filling and of draining, so that both a full and an empty table are met.
  for (let call = 0; call < CALLS; call += 1) {
    const isFilling = Math.floor(call / 250) % 2 === 0;
    if (random() < (isFilling ? 0.85 : 0.3)) {
      const request = randomRequest(random, space, held.at(-1)?.entry ?? 0);
      const twin = structuredClone(request);
      const entry = pools.allocate(request);
      expect(entry, `call ${call} of ${seed}: ${JSON.stringify(twin)}`).toBe(oracle.allocate(twin));
      expect(request.handle).toEqual(twin.handle);
      count[entry === undefined ? 'failed' : 'served'] += 1;
      if (entry !== undefined) held.push({ entry, pages: request.pages });
    } else if (held.length > 0) {
      const [{ entry, pages }] = held.splice(Math.floor(random() * held.length), 1);
      expect(pools.free(entry, pages)).toBe(oracle.free(entry, pages));
    }
    expect(pools.pools, `hints after call ${call} of ${seed}`).toEqual(oracle.pools);
  }
  const taken = oracle.taken.map((_, entry) => pools.isTaken(entry));
  expect(taken).toEqual(oracle.taken);
  expect(pools.takenEntries).toBe(oracle.taken.filter((isTaken) => isTaken).length);
  return count;
}

describe('12,000 random calls give the entries and leave the hints that the plain allocator has', () => {
  for (const [name, space] of Object.entries(SPACES)) {
    test(name, () => {
      const { served, failed } = compare(space, name);
      // A table that never fills would compare nothing but the first pass.
      expect(served).toBeGreaterThan(500);
      expect(failed).toBeGreaterThan(100);
    });
  }
});
