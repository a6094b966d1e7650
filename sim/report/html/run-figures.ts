/** Figures of a result as a page draws them. */
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import type { LatencyFigures } from '../../results/latency.ts';
import type { Result } from '../../results/result-schema.ts';
import { PARTS, type PartName } from '../../unit/books/parts.ts';
import { PART_NAMES } from '../latency-cells.ts';
import type { Band, NamedFigures, OrderRow, PartFigures, WindowRow } from './page-data.ts';

const NS_PER_US = 1000;

/** ns of a cycle of the unit. */
export function cycleNsOf({ scenario }: Result): number {
  return NS_PER_US / (scenario.set as UnitConfig).unit.clockMHz;
}

/** The parts of a latency in which somebody spent time. */
export function usedParts({ latency }: Result): PartName[] {
  return PARTS.filter((name) => latency.parts[name].max > 0);
}

/** The parts that took time, over all requests. */
export function partFigures(result: Result): PartFigures[] {
  const words = new Map(PART_NAMES);
  return usedParts(result).map((key) => ({
    key,
    ...named(words.get(key) ?? key, result.requests, result.latency.parts[key]),
  }));
}

/** All requests, and reads and writes where both are there. */
export function directionFigures({ latency, requests }: Result): NamedFigures[] {
  const { reads, writes } = latency;
  return [
    named('all', requests, latency),
    ...(reads.count > 0 && writes.count > 0
      ? [named('reads', reads.count, reads), named('writes', writes.count, writes)]
      : []),
  ];
}

function named(name: string, count: number, figures: LatencyFigures): NamedFigures {
  const { mean, p50, p90, p99, p999, max } = figures;
  return { name, count, mean, p50, p90, p99, p999, max };
}

/** All windows, those with the most requests first. */
export function windowRows(result: Result): WindowRow[] {
  const parts = usedParts(result);
  return [...result.windows]
    .sort((one, other) => other.requests - one.requests)
    .map((window) => ({
      phb: window.phb,
      pe: window.pe,
      kind: window.kind,
      tve: window.tve,
      busAddress: window.busAddress,
      levels: window.levels,
      pageBytes: window.pageBytes,
      tableBytes: window.tableBytes,
      reachBytes: window.reachBytes,
      requests: window.requests,
      hits: window.hits + window.lineHits,
      misses: window.misses,
      merged: window.merged,
      faults: window.faults,
      dropped: window.dropped.frozen + window.dropped.fenced,
      mean: window.latency.mean,
      p50: window.latency.p50,
      p99: window.latency.p99,
      max: window.latency.max,
      parts: parts.map((part) => window.parts[part] ?? 0),
    }));
}

/** When PEs were frozen and PHBs fenced. */
export function bandsOf({ freezes, fences, simulatedNs }: Result): Band[] {
  return [
    ...freezes.list.map(({ phb, pe, cause, fromNs, untilNs }) => ({
      name: `PHB ${phb} PE ${pe} frozen: ${cause}`,
      fromNs,
      untilNs: untilNs ?? simulatedNs,
    })),
    ...fences.map(({ phb, fromNs, untilNs }) => ({
      name: `PHB ${phb} fenced`,
      fromNs,
      untilNs: untilNs ?? simulatedNs,
    })),
  ];
}

/** Blocks of memory by order, over the nodes of PHBs for which the kernel made tables or lacked blocks. */
export function orderRows({ tables }: Result): OrderRow[] {
  const { windows, failedAllocations } = tables;
  const phbs = new Set([...windows, ...failedAllocations].map(({ phb }) => phb));
  const memory = tables.memory.filter(({ phb }) => phbs.has(phb));
  if (memory.length === 0) return [];
  const orders = [
    ...[...windows, ...failedAllocations].map(({ order }) => order),
    ...memory.map(({ freeBefore }) => freeBefore.length - 1),
  ];
  return Array.from({ length: Math.max(...orders) + 1 }, (_, order) => {
    const ofOrder = (item: { order: number }) => item.order === order;
    const taken = windows.filter(ofOrder);
    return {
      order,
      blockBytes: memory[0].pageBytes * 2 ** order,
      freeBefore: sum(memory, ({ freeBefore }) => freeBefore[order] ?? 0),
      hardware: sum(taken, ({ hardwareBlocks }) => hardwareBlocks),
      mirror: sum(taken, ({ mirrorBlocks }) => mirrorBlocks),
      failed: failedAllocations.filter(ofOrder).length,
      freeAfter: sum(memory, ({ freeAfter }) => freeAfter[order] ?? 0),
    };
  });
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
