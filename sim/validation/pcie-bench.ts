/**
 * R1, R2 and R10: pcie-bench's sweeps of windows, from the facts of a system (intel-systems.ts) to scenarios.
 * The table has one level: the miss of a system stands for its whole walk.
 */
import { parseSize } from '../../models/size.ts';
import type { Result } from '../results/result-schema.ts';
import type { Scenario, TrafficChoice } from '../scenario/scenario.ts';
import type { Experiment, Row } from './experiment.ts';
import { type IntelSystem, intelSystem } from './intel-systems.ts';
import { bareScenario, type Parameters, splitNs } from './study-unit.ts';

const SOURCE = 'pcie-bench, SIGCOMM 2018, github.com/pcie-bench/data';

/** Enough for the mean of a random sweep to be known to 0.1 %. */
const WRITES = '1M';
const READS = '500K';

/** What a figure is measured with: the system, the window and the IO page. */
interface SweepPoint {
  readonly system: IntelSystem;
  /** As published, `1.5M`. */
  readonly window: string;
  readonly page: string;
}

/** Writes as fast as the card issues them. */
function bandwidthScenario({ system, window, page }: SweepPoint): Scenario {
  const { issueNs, outstanding, walkers } = system;
  return bareScenario({
    windows: [`${page}:2G:levels=1`],
    pace: `closed:${outstanding.value},every:${issueNs.value}`,
    generate: traffic(window, 'write', WRITES),
    set: { ...translation(system), 'walkers.count': walkers.value },
  });
}

/** One read after the other. */
function latencyScenario({ system, window, page }: SweepPoint): Scenario {
  return bareScenario({
    windows: [`${page}:2G:levels=1`],
    pace: 'closed:1',
    generate: traffic(window, 'read', READS),
    set: {
      ...translation(system),
      ...splitNs(system.hitNs.value, 'dma.readNs', 'tceCache.lookupCycles'),
    },
  });
}

function translation({ entries, missNs }: IntelSystem): Parameters {
  return {
    'tceCache.entries': entries.value,
    'tceCache.ways': entries.value,
    ...splitNs(missNs.value, 'memory.readNs', 'tceCache.responseCycles'),
  };
}

function traffic(window: string, direction: string, requests: string): TrafficChoice {
  const set = { requests, window: String(bytesOf(window)), length: '64', direction };
  return { generator: 'pcie-bench', set };
}

/** `1.5M` in bytes: published sweeps have a half in it. */
function bytesOf(window: string): number {
  const [, whole, , unit] = /^(\d+)(\.5)?([KMG])$/.exec(window) ?? [];
  const bytes = Number(parseSize(`${whole}${unit}`, 'window'));
  return window.includes('.5') ? bytes + bytes / (2 * Number(whole)) : bytes;
}

/** The scenario of names such as `['HSW', '6M']`. */
function sweepOf(page: string, make: (point: SweepPoint) => Scenario) {
  return ([name, ...rest]: readonly string[]) => {
    const system = intelSystem(name);
    const window = rest.join('.');
    if (!system || !/^\d+(\.5)?[KMG]$/.test(window)) return undefined;
    return make({ system, window, page });
  };
}

/** Gb/s of payload written. */
export function writtenGbps({ writtenBytes, simulatedNs }: Result): number {
  return (writtenBytes * 8) / simulatedNs;
}

interface Sweep {
  readonly experiment: string;
  readonly system: string;
  readonly tolerance: number;
  readonly unit: string;
  readonly make: (names: readonly string[]) => Scenario | undefined;
  readonly figure: (result: Result) => number;
}

/** Rows of published figures by window. */
function rowsOf(sweep: Sweep, published: Readonly<Record<string, number>>): Row[] {
  const { experiment, system, tolerance, unit, make, figure } = sweep;
  return Object.entries(published).map(([window, value]) => ({
    id: `${experiment}.${system}.${window}`,
    published: value,
    unit,
    tolerance,
    measure: {
      kind: 'replay',
      scenario: make([system, ...window.split('.')]) as Scenario,
      figure,
    },
  }));
}

const bandwidthOf = sweepOf('4K', bandwidthScenario);
const latencyOf = sweepOf('4K', latencyScenario);
const hugeBandwidthOf = sweepOf('2M', bandwidthScenario);

const bandwidth = { experiment: 'R1', unit: 'Gb/s', make: bandwidthOf, figure: writtenGbps };

export const writeBandwidth: Experiment = {
  id: 'R1',
  title: 'random 64-byte writes over a window, 4 KiB IO pages',
  source: SOURCE,
  rows: [
    ...rowsOf(
      { ...bandwidth, system: 'HSW', tolerance: 0.03 },
      {
        '512K': 24.27,
        '1M': 20.46,
        '1.5M': 15.82,
        '2M': 14.22,
        '3M': 13.0,
        '4M': 12.5,
        '8M': 11.85,
        '16M': 11.49,
        '32M': 11.28,
        '64M': 11.16,
      },
    ),
    ...rowsOf(
      { ...bandwidth, system: 'BDW', tolerance: 0.05 },
      {
        '512K': 24.27,
        '1M': 19.38,
        '1.5M': 15.05,
        '2M': 13.57,
        '3M': 12.36,
        '4M': 11.94,
        '8M': 11.5,
        '16M': 11.29,
        '32M': 11.23,
        '64M': 11.21,
      },
    ),
  ],
  scenarioOf: bandwidthOf,
};

const latency = {
  experiment: 'R2',
  unit: 'ns',
  tolerance: 0.01,
  make: latencyOf,
  figure: (result: Result) => result.latency.reads.mean,
};

export const readLatency: Experiment = {
  id: 'R2',
  title: 'mean latency of one random 64-byte read at a time, 4 KiB IO pages',
  source: SOURCE,
  rows: [
    ...rowsOf(
      { ...latency, system: 'HSW' },
      {
        '256K': 480,
        '512K': 497,
        '1M': 603,
        '1.5M': 639,
        '2M': 656,
        '3M': 674,
        '4M': 683,
        '8M': 697,
        '16M': 703,
        '32M': 706,
        '64M': 708,
      },
    ),
    ...rowsOf(
      { ...latency, system: 'BDW' },
      {
        '256K': 489.96,
        '512K': 514.6,
        '1M': 646.4,
        '1.5M': 690.8,
        '2M': 713.4,
        '3M': 735.7,
        '4M': 746.9,
        '8M': 761.8,
        '16M': 770.2,
        '32M': 774.3,
        '64M': 776.8,
      },
    ),
  ],
  scenarioOf: latencyOf,
};

export const hugePages: Experiment = {
  id: 'R10',
  title: 'the sweep of R1 with IO pages of 2 MiB: as without translation',
  source: SOURCE,
  rows: rowsOf(
    {
      ...bandwidth,
      experiment: 'R10',
      system: 'HSW',
      tolerance: 0.01,
      make: hugeBandwidthOf,
    },
    { '1M': 24.27, '8M': 24.27, '64M': 24.27 },
  ),
  scenarioOf: hugeBandwidthOf,
};
