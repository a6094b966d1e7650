/** Random configurations for the oracle: small structures, short times, every switch. */
import fc from 'fast-check';
import {
  GRANULES,
  HASHES,
  HIT_UNDER_MISS,
  INVALID_PES,
  KILL_SYNCS,
  MERGES,
  TVE_SELECTS,
} from '../../models/phb/choices.ts';
import { phb4 } from '../../models/phb/phb4.ts';
import { configOf } from '../../models/phb/spec.ts';
import { checkUnitConfig, type UnitConfig } from '../../models/phb/unit-config.ts';
import type { Pacing } from '../../sim/unit/port/arrivals.ts';

/** PEs of every case, so that a PE# that does not exist is at hand. */
export const PE_COUNT = 4;

const cycles = (max: number) => fc.nat({ max });
const pick = <T>(values: readonly T[]) => fc.constantFrom(...values);

const link = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constant({ generation: 0, width: 16, gbps: 0 }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      generation: fc.integer({ min: 1, max: 5 }),
      width: pick([1, 4, 8, 12, 16]),
      gbps: fc.constant(0),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      generation: fc.nat({ max: 5 }),
      width: pick([1, 16]),
      gbps: pick([0.5, 3, 8, 57.88, 57.88, 200, 200]),
    }),
  },
);

const linkAndCredits = fc
  .record({
    link,
    payloadBytes: pick([128, 256, 512, 4096]),
    readRequestBytes: pick([128, 512, 4096]),
    requestOverheadBytes: pick([0, 24]),
    completionOverheadBytes: pick([0, 20]),
    headers: fc.tuple(pick([0, 0, 0, 1, 3, 8]), pick([0, 0, 0, 1, 3, 8])),
    moreData: pick([-1, -1, -1, 0, 1, 20, 100]),
  })
  .map(({ link: rate, headers: [posted, nonPosted], moreData, ...bytes }) => ({
    link: { ...rate, ...bytes },
    credits: {
      postedHeaders: posted,
      postedData: moreData < 0 ? 0 : bytes.payloadBytes / 16 + moreData,
      nonPostedHeaders: nonPosted,
    },
  }));

const tceCache = fc
  .record({
    sets: pick([1, 2, 4]),
    ways: pick([1, 2, 4]),
    hash: pick(HASHES),
    replacement: pick(['lru', 'fifo', 'plru'] as const),
    granule: pick(GRANULES),
    lookupCycles: cycles(4),
    responseCycles: cycles(4),
    negative: fc.boolean(),
    hitUnderMiss: pick([...HIT_UNDER_MISS, 'always' as const]),
  })
  .map(({ sets, ...rest }) => ({ ...rest, entries: sets * rest.ways }));

const walkCacheSize = pick([0, 0, 1, 3]);

/** Configurations that the check lets through. */
export const drawnConfig: fc.Arbitrary<UnitConfig> = fc
  .record({
    unit: fc.record({ clockMHz: pick([1000, 1000, 1000, 250, 500]) }),
    linkAndCredits,
    pe: fc.record({ tveSelect: pick([...TVE_SELECTS, 'bit59' as const]) }),
    rteCache: fc.record({
      entries: pick([1, 2, 8]),
      hitCycles: cycles(2),
      invalidPe: pick(INVALID_PES),
    }),
    tvt: fc.record({ readCycles: cycles(2) }),
    tceCache,
    lineBuffer: fc.record({ entries: pick([0, 1, 2, 3]) }),
    walkCache: fc.record({
      level1: walkCacheSize,
      level2: walkCacheSize,
      level3: walkCacheSize,
      level4: walkCacheSize,
    }),
    tags: fc.record({ count: fc.integer({ min: 1, max: 5 }), merge: pick(MERGES) }),
    walkers: fc.record({ count: cycles(3) }),
    memory: fc.record({
      readNs: fc.oneof(cycles(40), cycles(300)),
      cachedReadNs: fc.oneof(cycles(20), cycles(100)),
      cachedLines: pick([0, 1, 4, 64]),
      remoteShare: pick([0, 0, 30, 100]),
      retryNs: cycles(15),
    }),
    dma: fc.record({
      readNs: cycles(30),
      writeNs: cycles(5),
      readEngines: pick([0, 0, 1, 2, 3, 8]),
    }),
    kill: fc.record({
      allCycles: cycles(30),
      peCycles: cycles(20),
      pageCycles: cycles(5),
      queueDepth: cycles(2),
      dropWhenFull: fc.boolean(),
      sync: pick(KILL_SYNCS),
      dropsWalkCaches: fc.boolean(),
      escalatePageKill: fc.boolean(),
    }),
    fault: fc.record({ freezesPe: pick([false, false, true]) }),
    msi: fc.record({ window32: fc.boolean(), window64: fc.boolean() }),
  })
  .map(({ linkAndCredits: port, pe, ...rest }) =>
    legalConfig({ ...rest, ...port, pe: { ...pe, count: PE_COUNT } }),
  );

/** Every queue as small as it can be, under which nothing may hang. */
export const smallestQueues: fc.Arbitrary<UnitConfig> = drawnConfig.map((config) =>
  legalConfig({
    ...config,
    credits: {
      postedHeaders: 1,
      postedData: config.link.payloadBytes / 16,
      nonPostedHeaders: 1,
    },
    tags: { ...config.tags, count: 1 },
    walkers: { count: 1 },
    dma: { ...config.dma, readEngines: 1 },
    kill: { ...config.kill, queueDepth: 1 },
  }),
);

/** Parameters over those of a PHB4, group by group. */
export type ConfigOver = { [K in keyof UnitConfig]?: Partial<UnitConfig[K]> };

/** A PHB4 with some parameters replaced. Throws InputError where the check refuses it. */
function legalConfig(over: ConfigOver): UnitConfig {
  const config = configWith(over);
  checkUnitConfig(config);
  return config;
}

/** The same without the check. */
export function configWith(over: ConfigOver): UnitConfig {
  const preset = configOf(phb4);
  const groups = Object.entries(preset).map(([name, group]) => {
    const replaced = over[name as keyof UnitConfig];
    return [name, Array.isArray(group) ? group : { ...group, ...replaced }];
  });
  return Object.fromEntries(groups) as UnitConfig;
}

export const drawnPacing: fc.Arbitrary<Pacing> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ kind: 'trace' as const }) },
  {
    weight: 1,
    arbitrary: pick([300, 1000, 3301, 12_345]).map((ps) => ({ kind: 'interval' as const, ps })),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('closed' as const),
      outstanding: pick([1, 2, 5, 20, 20]),
      everyPs: pick([0, 0, 3300, 20_001]),
      each: pick(['phb', 'device'] as const),
    }),
  },
);
