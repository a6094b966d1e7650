/**
 * R1, R2 and R10: pcie-bench's sweeps of windows, from the facts of a system (intel-systems.ts) to scenarios.
 * The table has one level: the miss of a system stands for its whole walk.
 */
import { formatSize, parseSize } from '../../models/size.ts';
import type { Result } from '../results/result-schema.ts';
import type { Scenario, TrafficChoice } from '../scenario/scenario.ts';
import type { Experiment, Row } from './experiment.ts';
import { type IntelSystem, intelSystem } from './intel-systems.ts';
import { bareScenario, type Parameters, splitNs } from './study-unit.ts';

const SOURCE = 'pcie-bench, SIGCOMM 2018, github.com/pcie-bench/data';

const ABOUT =
  'Intel servers: HSW Xeon E5-2620 v3 (Haswell), BDW E5-2630 v4 (Broadwell), IB E5-2620 v2 (Ivy Bridge). ' +
  'Evidence of the mechanism; of the TCE cache of a PHB nothing is published.';

const IO_WINDOW_BYTES_MIN = 2 ** 31;
const PAGE_BYTES = 4096;

const WINDOW_LABEL = 'window, bytes (K, M: binary)';

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
    windows: [ioWindow(page, window)],
    pace: `closed:${outstanding.value},every:${issueNs.value}`,
    generate: traffic(window, 'write', WRITES),
    set: { ...translation(system), 'walkers.count': walkers.value },
  });
}

/** Reads as fast as the card has tags for them: nothing of it is taken from a bandwidth of reads. */
function readBandwidthScenario({ system, window, page }: SweepPoint): Scenario {
  const { readsOutstanding, walkers, dmaHitNs } = system;
  return bareScenario({
    windows: [ioWindow(page, window)],
    pace: `closed:${readsOutstanding.value}`,
    generate: traffic(window, 'read', WRITES),
    set: {
      ...translation(system),
      ...splitNs(dmaHitNs.value, 'dma.readNs', 'tceCache.lookupCycles'),
      'walkers.count': walkers.value,
    },
  });
}

/** One read after the other. */
function latencyScenario({ system, window, page }: SweepPoint): Scenario {
  return bareScenario({
    windows: [ioWindow(page, window)],
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

/** The sweep's window lies in a DMA window of 2 GiB, or of the next power of two. */
function ioWindow(page: string, window: string): string {
  const bytes = 2 ** Math.ceil(Math.log2(Math.max(IO_WINDOW_BYTES_MIN, bytesOf(window))));
  return `${page}:${formatSize(BigInt(bytes))}:levels=1`;
}

/** `1.5M` in bytes: published sweeps have a half in it. NaN where it is none. */
function bytesOf(window: string): number {
  const [, count, unit] = /^(\d+(?:\.5)?)([KMG])$/.exec(window) ?? [];
  return unit === undefined ? Number.NaN : Number(count) * Number(parseSize(`1${unit}`, 'window'));
}

/** The scenario of names such as `['HSW', '6M']`. */
function sweepOf(page: string, make: (point: SweepPoint) => Scenario) {
  return ([name, ...rest]: readonly string[]) => {
    const system = intelSystem(name);
    const window = rest.join('.');
    if (!system || !(bytesOf(window) >= PAGE_BYTES)) return undefined;
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
  /** What the drawing says behind the system: `writes`. */
  readonly label: string;
  readonly tolerance: number;
  readonly unit: string;
  readonly make: (names: readonly string[]) => Scenario | undefined;
  readonly figure: (result: Result) => number;
  /** What was taken from the figure of a window, if anything. */
  readonly calibrated?: (window: string) => string | undefined;
  readonly cause?: string;
}

/** Rows of published figures by window. */
function rowsOf(sweep: Sweep, published: Readonly<Record<string, number>>): Row[] {
  const { experiment, system, label, tolerance, unit, make, figure, calibrated, cause } = sweep;
  const { name, cpu } = intelSystem(system.split('.')[0]) as IntelSystem;
  return Object.entries(published).map(([window, value]) => {
    const reason = calibrated?.(window);
    return {
      id: `${experiment}.${system}.${window}`,
      published: value,
      unit,
      tolerance,
      at: { series: `${name} ${cpu}, ${label}`, x: bytesOf(window) },
      measure: {
        kind: 'replay',
        scenario: make([...system.split('.'), ...window.split('.')]) as Scenario,
        figure,
      },
      ...(reason !== undefined && { calibrated: reason }),
      ...(cause !== undefined && { cause }),
    };
  });
}

const writesOf = sweepOf('4K', bandwidthScenario);
const readsOf = sweepOf('4K', readBandwidthScenario);
/** `['HSW', '1M']` writes, `['HSW', 'read', '1M']` reads. */
const bandwidthOf = ([system, ...rest]: readonly string[]) =>
  rest[0] === 'read' ? readsOf([system, ...rest.slice(1)]) : writesOf([system, ...rest]);
const latencyOf = sweepOf('4K', latencyScenario);
const hugeBandwidthOf = sweepOf('2M', bandwidthScenario);

const bandwidth = {
  experiment: 'R1',
  label: 'writes',
  unit: 'Gb/s',
  make: bandwidthOf,
  figure: writtenGbps,
  calibrated: (window: string) => {
    if (window === '512K') return "512K, where nothing misses, gives the card's interval";
    return window === '64M' ? '64M gives the number of walkers, rounded to a whole one' : undefined;
  },
};

/** The closed form of the IB sweep, which meets its measurements within 1 %: 124 entries, 268 ns, 5 walkers. */
function closedFormGbps(pages: number): number {
  return 512 / Math.max(21.1, ((1 - 124 / pages) * 268) / 5);
}

export const writeBandwidth: Experiment = {
  id: 'R1',
  title: 'random 64-byte writes and reads over a window, 4 KiB IO pages',
  source: SOURCE,
  about: ABOUT,
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
    ...rowsOf(
      {
        ...bandwidth,
        system: 'IB',
        label: 'writes; published: closed form',
        tolerance: 0.03,
        cause:
          'published is the closed form fitted to the sweep; it wants walks of 268 ns, the latencies say 299',
      },
      { '1M': closedFormGbps(256), '4M': closedFormGbps(1024), '64M': closedFormGbps(16_384) },
    ),
    ...rowsOf(
      {
        experiment: 'R1',
        label: 'reads',
        unit: 'Gb/s',
        make: bandwidthOf,
        system: 'BDW.read',
        tolerance: 0.05,
        figure: ({ readBytes, simulatedNs }) => (readBytes * 8) / simulatedNs,
        calibrated: (window) =>
          window === '256K'
            ? 'the 32 tags of the card were found where all reads hit, 256K among them'
            : undefined,
        cause:
          'the reads that were measured wait for misses in front of them, here they pass; where all miss they take 52 ns, writes 46, and why is not published',
      },
      {
        '256K': 27.58,
        '512K': 20.2,
        '1M': 14.33,
        '2M': 11.73,
        '4M': 10.65,
        '16M': 9.95,
        '64M': 9.84,
      },
    ),
  ],
  axes: { x: WINDOW_LABEL, y: 'payload, Gb/s', yFrom: 0 },
  scenarioOf: bandwidthOf,
};

const latency = {
  experiment: 'R2',
  label: 'reads',
  unit: 'ns',
  tolerance: 0.01,
  make: latencyOf,
  figure: (result: Result) => result.latency.reads.mean,
  calibrated: () => 'hit, miss and entries are fitted to this sweep: three numbers for its rows',
};

export const readLatency: Experiment = {
  id: 'R2',
  title: 'mean latency of one random 64-byte read at a time, 4 KiB IO pages',
  source: SOURCE,
  about: ABOUT,
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
  axes: { x: WINDOW_LABEL, y: 'mean latency, ns', yFrom: 400 },
  scenarioOf: latencyOf,
};

export const hugePages: Experiment = {
  id: 'R10',
  title: 'the sweep of R1 with IO pages of 2 MiB: as without translation',
  source: SOURCE,
  about: ABOUT,
  rows: rowsOf(
    {
      experiment: 'R10',
      label: 'writes',
      unit: 'Gb/s',
      system: 'HSW',
      tolerance: 0.01,
      make: hugeBandwidthOf,
      figure: writtenGbps,
      calibrated: () =>
        "the card's interval is this figure's: that windows of 64M do not miss either is what the rows show",
    },
    { '1M': 24.27, '8M': 24.27, '64M': 24.27 },
  ),
  scenarioOf: hugeBandwidthOf,
};
