/** The golden scenarios: a YAML file of this folder each, the rows of its trace, and what it must reach. */
import { mixedTraffic } from './mixed-traffic.ts';
import { windowTraffic } from './window-traffic.ts';

/** A scenario whose results are known. */
interface GoldenScenario {
  /** Of its file, without `.yaml`. */
  readonly name: string;
  /** The trace, where the file names none. */
  readonly rows?: () => string[];
  /** Share of its requests that are logged. */
  readonly share: number;
  /** Figures of the result that are more than 0, by dotted path. */
  readonly reaches: readonly string[];
}

/** Figures that every part of a latency has. */
const longest = (...parts: string[]) => parts.map((part) => `latency.parts.${part}.max`);

export const SCENARIOS: readonly GoldenScenario[] = [
  {
    name: 'capture-phb4',
    share: 0.1,
    reaches: ['agreed', 'hits', 'misses', 'merged', 'kills.pe', 'kills.all', 'tables.stores'],
  },
  {
    name: 'mixed-phb4',
    rows: mixedTraffic,
    share: 1,
    reaches: [
      ...['hits', 'lineHits', 'misses', 'merged', 'bypassed', 'msi'],
      ...['dropped.frozen', 'dropped.fenced'],
      ...['page-fault', 'access-fault', 'tve-invalid', 'tvt-address'].map(faults),
      ...['unsupported-address', 'bad-rte'].map(faults),
      ...['all', 'pe', 'page', 'ignored', 'lost', 'polls', 'droppedEntries'].map(kills),
      ...longest(
        'creditWait',
        'link',
        'admission',
        'rte',
        'tve',
        'lookup',
        'tagWait',
        'walkerWait',
      ),
      ...longest('walk', 'mergeWait', 'orderWait', 'engineWait', 'dma', 'completion'),
      ...['walkReads.4', 'walkCacheHits.1', 'walkCacheHits.2', 'memoryReads.cached'],
      ...['memoryReads.uncached', 'freezes.count', 'fences.0.untilNs'],
    ],
  },
  {
    name: 'belady-phb5',
    rows: () =>
      windowTraffic(
        [
          { base: 0n, pageShift: 12 },
          { base: 1n << 32n, pageShift: 21 },
        ],
        'ioda3',
      ),
    share: 1,
    reaches: [
      ...['hits', 'misses', 'kills.page', 'kills.droppedEntries', 'walkReads.3'],
      ...['walkCacheHits.1', 'walkCacheHits.2', 'kills.completion.max'],
      ...longest('admission', 'engineWait'),
    ],
  },
  {
    name: 'belady-phb3',
    rows: () =>
      windowTraffic(
        [
          { base: 0n, pageShift: 16 },
          { base: 1n << 59n, pageShift: 24 },
        ],
        'ioda2',
      ),
    share: 1,
    reaches: ['hits', 'misses', 'kills.page', 'kills.droppedEntries', 'walkReads.2'],
  },
];

function faults(kind: string): string {
  return `faultsByKind.${kind}`;
}

function kills(figure: string): string {
  return `kills.${figure}`;
}
