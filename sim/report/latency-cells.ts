/** Latencies in the cells of a table. */
import type { LatencyFigures } from '../results/latency.ts';
import { formatNs } from './numbers.ts';

/** Heads of the cells that `latencyCells` fills, in ns. */
export const LATENCY_HEAD = ['mean', 'p50', 'p90', 'p99', 'p99.9', 'max'];

/** Names of the parts of a latency, in their order. */
export const PARTS_IN_WORDS: Readonly<Record<string, string>> = {
  admission: 'admission',
  rte: 'RTE',
  tve: 'TVE',
  lookup: 'lookup',
  tagWait: 'tag wait',
  walk: 'walk',
  mergeWait: 'merge wait',
  orderWait: 'order wait',
  dma: 'DMA',
};

/** The figures in ns. */
export function latencyCells(figures: LatencyFigures): string[] {
  const { mean, p50, p90, p99, p999, max } = figures;
  return [mean, p50, p90, p99, p999, max].map(formatNs);
}
