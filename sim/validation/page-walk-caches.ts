/**
 * R4: what invalidation costs a walk. "Fast & Safe IO Memory Protection" (SOSP 2024) counts the memory reads of
 * a page under a table of four levels with a cache for each upper level: a stream of fresh pages costs all four
 * where every unmap drops the caches of upper levels, and little more than the leaf where it does not. Its model
 * T = p / (l0 + M lm), with 65 ns and 197 ns a read, is replayed for the M that the structure gives. The M of its
 * measured flows are measurements, no prediction, and are not repeated here.
 */
import type { Result } from '../results/result-schema.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Experiment, Row } from './experiment.ts';
import { writtenGbps } from './pcie-bench.ts';
import { bareScenario, type Parameters, settingsOf } from './study-unit.ts';

const SOURCE = '"Fast & Safe IO Memory Protection", SOSP 2024';
const PACKETS = 20_480;
const PAGE_BYTES = 4096;
/** Entries that a table of 4 KiB has. */
const FAN_OUT = 512;
const BASE_NS = 65;
const READ_NS = 197;

const WALK_CACHES: Parameters = {
  'walkCache.level1': 64,
  'walkCache.level2': 64,
  'walkCache.level3': 64,
};

/** A receive ring whose driver maps a fresh page for each packet and unmaps it afterwards. */
function strictRing(set: Parameters): Scenario {
  return bareScenario({
    windows: ['4K:1T:levels=4'],
    map: 'none',
    pace: 'closed:1',
    generate: {
      generator: 'ring',
      set: {
        requests: String(3 * PACKETS),
        page: '4K',
        length: String(PAGE_BYTES),
        descriptors: '256',
        strict: 'yes',
      },
    },
    set: {
      ...WALK_CACHES,
      'link.payloadBytes': PAGE_BYTES,
      'kill.escalatePageKill': false,
      ...set,
    },
  });
}

/** Pages one after the other, one at a time; each takes `l0` and its reads. */
function pageStream(set: Parameters): Scenario {
  return bareScenario({
    windows: ['4K:1T:levels=4'],
    pace: 'closed:1',
    generate: {
      generator: 'sequential',
      set: { requests: '50000', page: '4K', window: '256M', length: '4K', writes: '1' },
    },
    set: {
      'link.payloadBytes': PAGE_BYTES,
      'memory.readNs': READ_NS,
      'dma.writeNs': BASE_NS,
      ...set,
    },
  });
}

/** Little's law: so many lines of 64 bytes on their way, 400 ns each. */
const LITTLE = bareScenario({
  windows: ['64K:2G:levels=1'],
  pace: 'closed:100',
  generate: {
    generator: 'pcie-bench',
    set: { requests: '200K', window: '4M', length: '64', direction: 'read' },
  },
  set: { 'tceCache.entries': 1024, 'tceCache.ways': 4, 'memory.readNs': 0, 'dma.readNs': 400 },
});

/** Reads of tables for each packet's page; those of the two rings, once, are some thousandths. */
function readsOfPage({ walkReads }: Result): number {
  return walkReads.reduce((sum, reads) => sum + reads, 0) / PACKETS;
}

/** Gb/s of the model for so many reads a page. */
function modelGbps(reads: number): number {
  return (PAGE_BYTES * 8) / (BASE_NS + reads * READ_NS);
}

/** POWER's version: a NIC's ring on a PHB as it is, with kills of pages or of PEs. */
function ringOn(phb: string, iova: string, set: Parameters): Scenario {
  return {
    phb,
    generate: { generator: 'nic-rx', set: { requests: '60000', iova } },
    pace: 'closed:32',
    settings: settingsOf(set),
  };
}

/** `['POWER', 'PHB4', 'strict', 'PE']`. */
function scenarioOf([power, phb, iova, scope]: readonly string[]): Scenario | undefined {
  const isKnown =
    power === 'POWER' &&
    /^PHB[345]$/.test(phb ?? '') &&
    ['strict', 'batched'].includes(iova ?? '') &&
    ['page', 'PE'].includes(scope ?? '');
  if (!isKnown) return undefined;
  return ringOn(phb.toLowerCase(), iova, { 'kill.escalatePageKill': scope === 'PE' });
}

const LEAF_ONLY = 1 + 1 / FAN_OUT + 1 / FAN_OUT ** 2;

function replayRow(
  id: string,
  published: number,
  unit: string,
  scenario: Scenario,
  figure: (result: Result) => number,
): Row {
  return {
    id: `R4.${id}`,
    published,
    unit,
    tolerance: 0.01,
    measure: { kind: 'replay', scenario, figure },
  };
}

export const pageWalkCaches: Experiment = {
  id: 'R4',
  title: 'reads of tables for a page, four levels with walk caches',
  source: SOURCE,
  rows: [
    replayRow(
      'dropAll.reads',
      4,
      'reads',
      strictRing({ 'kill.dropsWalkCaches': true }),
      readsOfPage,
    ),
    replayRow(
      'dropLeaf.reads',
      1 + 1 / FAN_OUT,
      'reads',
      strictRing({ 'kill.dropsWalkCaches': false }),
      readsOfPage,
    ),
    replayRow('T.M4', modelGbps(4), 'Gb/s', pageStream({}), writtenGbps),
    replayRow('T.M1', modelGbps(LEAF_ONLY), 'Gb/s', pageStream(WALK_CACHES), writtenGbps),
    replayRow('little', 128, 'Gb/s', LITTLE, ({ readBytes, simulatedNs }) => {
      return (readBytes * 8) / simulatedNs;
    }),
  ],
  scenarioOf,
};
