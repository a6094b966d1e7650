/**
 * A book: the sum of some accounts, of one window, one PE or a whole run, in cycles. Books add up
 * exactly, whatever the order.
 */
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import {
  ACCOUNT_CELLS,
  type AccountSums,
  BYTES_CELL,
  MAX_CELL,
  PARTS_CELL,
} from '../unit/accounts.ts';
import { cyclesOf } from '../unit/clock.ts';
import { HISTOGRAM_BUCKETS } from '../unit/histogram.ts';
import {
  ACCESS_FAULT,
  BYPASSED,
  HIT,
  MERGED,
  MISS,
  MSI,
  OUTCOMES,
  PAGE_FAULT,
} from '../unit/outcome.ts';
import { DMA, LOOKUP, PARTS, RTE, TVE } from '../unit/parts.ts';

/** Outcomes of requests that looked for a TCE, and of those that got a real address. */
const LOOKED_UP = [HIT, MISS, MERGED, PAGE_FAULT, ACCESS_FAULT];
const SERVED = [HIT, MISS, MERGED, BYPASSED];

/** Parts that every request of a kind spends the same cycles in, from the configuration. */
export interface FixedCycles {
  readonly rte: number;
  readonly tve: number;
  readonly lookup: number;
  readonly dmaRead: number;
  readonly dmaWrite: number;
}

/** The fixed parts of a unit. */
export function fixedCyclesOf(config: UnitConfig): FixedCycles {
  const clockMHz = config.unit.clockMHz;
  return {
    rte: config.rteCache.hitCycles,
    tve: config.tvt.readCycles,
    lookup: config.tceCache.lookupCycles,
    dmaRead: cyclesOf(config.dma.readNs, clockMHz),
    dmaWrite: cyclesOf(config.dma.writeNs, clockMHz),
  };
}

export class Book {
  readonly cells = new Float64Array(ACCOUNT_CELLS);
  readonly latency = new Float64Array(HISTOGRAM_BUCKETS);

  /** Adds one account of a unit's books. */
  add(sums: AccountSums, account: number): void {
    const from = account * ACCOUNT_CELLS;
    for (let cell = 0; cell < MAX_CELL; cell += 1) this.cells[cell] += sums.cells[from + cell];
    this.cells[MAX_CELL] = Math.max(this.cells[MAX_CELL], sums.cells[from + MAX_CELL]);
    addHistogram(this.latency, sums.latencies[account]);
  }

  /** Requests with one of these outcomes (codes of outcome.ts); both directions, or one. */
  count(outcomes: readonly number[], direction?: 'read' | 'write'): number {
    const of = (outcome: number) => {
      const reads = direction === 'write' ? 0 : this.cells[outcome * 2];
      const writes = direction === 'read' ? 0 : this.cells[outcome * 2 + 1];
      return reads + writes;
    };
    return outcomes.reduce((sum, outcome) => sum + of(outcome), 0);
  }

  get requests(): number {
    return this.count(ALL);
  }

  get faults(): number {
    return this.count(FAULTS);
  }

  get bytes(): number {
    return this.cells[BYTES_CELL];
  }

  get maxCycles(): number {
    return this.cells[MAX_CELL];
  }

  /** Cycles that all requests together spent in a part. */
  partCycles(part: number, fixed: FixedCycles): number {
    const varied = this.cells[PARTS_CELL + part];
    switch (part) {
      case RTE:
        return varied + this.requests * fixed.rte;
      case TVE:
        return varied + this.requests * fixed.tve;
      case LOOKUP:
        return varied + this.count(LOOKED_UP) * fixed.lookup;
      case DMA:
        return (
          varied +
          this.count(SERVED, 'read') * fixed.dmaRead +
          this.count(SERVED, 'write') * fixed.dmaWrite
        );
      default:
        return varied;
    }
  }

  /** Cycles of all latencies together: the parts' sum. */
  totalCycles(fixed: FixedCycles): number {
    return PARTS.reduce((sum, _, part) => sum + this.partCycles(part, fixed), 0);
  }

  /** How many requests spent how many fixed cycles in a part; the rest spent none. */
  fixedShares(part: number, fixed: FixedCycles): [cycles: number, requests: number][] {
    switch (part) {
      case RTE:
        return [[fixed.rte, this.requests]];
      case TVE:
        return [[fixed.tve, this.requests]];
      case LOOKUP:
        return [[fixed.lookup, this.count(LOOKED_UP)]];
      case DMA:
        return [
          [fixed.dmaRead, this.count(SERVED, 'read')],
          [fixed.dmaWrite, this.count(SERVED, 'write')],
        ];
      default:
        return [];
    }
  }
}

const ALL = OUTCOMES.map((_, outcome) => outcome);
/** All outcomes that are faults. */
export const FAULTS = ALL.filter((outcome) => outcome > MSI);

/** Adds a histogram, perhaps a shorter one, to another. */
export function addHistogram(sum: Float64Array, counts: Float64Array): void {
  for (let bucket = 0; bucket < counts.length; bucket += 1) sum[bucket] += counts[bucket];
}
