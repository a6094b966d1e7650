/** Latencies in the cells of a table. */
import type { LatencyFigures } from '../results/latency.ts';
import type { Result } from '../results/result-schema.ts';
import type { PartName } from '../unit/books/parts.ts';
import { formatNs } from './numbers.ts';

/** Heads of the cells that `latencyCells` fills, in ns. */
export const LATENCY_HEAD = ['mean', 'p50', 'p90', 'p99', 'p99.9', 'max'];

/** Names of the parts of a latency, in their order. */
const PARTS_IN_WORDS: Readonly<Record<PartName, string>> = {
  creditWait: 'credit wait',
  link: 'link',
  admission: 'admission',
  rte: 'RTE',
  tve: 'TVE',
  lookup: 'lookup',
  tagWait: 'tag wait',
  walkerWait: 'walker wait',
  walk: 'walk',
  mergeWait: 'merge wait',
  orderWait: 'order wait',
  engineWait: 'engine wait',
  dma: 'DMA',
  completion: 'completion',
};

/** The parts by name and in words, in their order. */
export const PART_NAMES = Object.entries(PARTS_IN_WORDS) as readonly [PartName, string][];

/** The figures in ns. */
export function latencyCells(figures: LatencyFigures): string[] {
  const { mean, p50, p90, p99, p999, max } = figures;
  return [mean, p50, p90, p99, p999, max].map(formatNs);
}

/** How far the median, the 90th and the 99th percentile and the largest value reach. */
export function latencyReaches({ p50, p90, p99, max }: LatencyFigures): number[] {
  return [p50, p90, p99, max];
}

/** Reads, writes and all together by name; one of them where there are only reads or writes. */
export function directions(
  latency: Result['pes'][number]['latency'],
): (readonly [string, LatencyFigures])[] {
  const { reads, writes } = latency;
  const present = [
    ...(reads.count > 0 ? [['reads', reads] as const] : []),
    ...(writes.count > 0 ? [['writes', writes] as const] : []),
  ];
  return present.length === 1 ? present : [...present, ['all', latency]];
}

/** A row for each of the directions. */
export function directionRows(latency: Result['pes'][number]['latency']): string[][] {
  return directions(latency).map(([name, figures]) => [name, ...latencyCells(figures)]);
}
