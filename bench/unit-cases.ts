/** The unit alone: whole mixes of requests, the TCE cache under each replacement, the walker at each depth. */
import type { Pacing } from '../sim/unit/port/arrivals.ts';
import type { BenchCase, BenchSize } from './bench-case.ts';
import { PAGE_SHIFT } from './full-tables.ts';
import { REQUEST_BYTES, type UnitCase, unitCase } from './unit-case.ts';

const TIMED: Pacing = { kind: 'interval', ps: 4000 };
const CLOSED: Pacing = { kind: 'closed', outstanding: 32, everyPs: 0, each: 'phb' };

/** Pages that half of the TCE cache holds, and pages that all of it holds half of; PHB4 has 1024 entries. */
const FEW_PAGES = 512;
const TWICE_PAGES = 2048;

/** Belady's needs a replay of its own: replay-cases.ts. */
const REPLACEMENTS = ['lru', 'fifo', 'plru', 'random'] as const;
const LEVELS = [1, 2, 3, 4, 5];
/** Odd, so that its multiples visit each of 2^n pages once before any comes again. */
const SCATTER = 40_503;

const sequential: UnitCase['pageOf'] = (turn, pages) =>
  Math.floor((turn * REQUEST_BYTES) / 2 ** PAGE_SHIFT) % pages;
const anyOf =
  (count: number): UnitCase['pageOf'] =>
  (_turn, _pages, random) =>
    Math.floor(random() * count);
/** No page comes again before the cache has long forgotten it. */
const scattered: UnitCase['pageOf'] = (turn, pages) => (turn * SCATTER) % pages;

/** All cases of the unit alone. */
export function unitCases(size: BenchSize): BenchCase[] {
  const mixes: UnitCase[] = [
    { name: 'unit: hits', levels: 2, pacing: TIMED, pageOf: sequential },
    { name: 'unit: hits, closed loop', levels: 2, pacing: CLOSED, pageOf: sequential },
    { name: 'unit: half misses', levels: 2, pacing: CLOSED, pageOf: anyOf(TWICE_PAGES) },
  ];
  const lookups = REPLACEMENTS.flatMap((replacement): UnitCase[] => {
    const common = { levels: 1, pacing: CLOSED, replacement, unit: 'lookups' };
    return [
      { ...common, name: `lookup: hits, ${replacement}`, pageOf: anyOf(FEW_PAGES) },
      { ...common, name: `lookup: misses, ${replacement}`, pageOf: scattered },
    ];
  });
  const walks = LEVELS.map((levels): UnitCase => {
    const name = `walk: ${levels} ${levels === 1 ? 'level' : 'levels'}`;
    return { name, levels, pacing: CLOSED, pageOf: scattered, unit: 'walks' };
  });
  return [...mixes, ...lookups, ...walks].map((each) => unitCase(each, size));
}
