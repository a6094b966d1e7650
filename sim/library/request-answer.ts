/** What became of a request, for a program; a row of `run --requests` says the same in cycles. */
import { formatRid } from '../../models/rte.ts';
import { getWord } from '../../traces/row-buffer.ts';
import type { LogCells } from '../replay/request-log-columns.ts';
import { HIT, LINE_HIT, OUTCOMES, type OutcomeName } from '../unit/books/outcome.ts';
import { PARTS, type PartName } from '../unit/books/parts.ts';
import { nsOf } from '../unit/clock.ts';

/** A request that a PHB has settled: a DMA, or a piece of one where it was cut into TLPs. */
export interface RequestAnswer {
  /** Its number in its PHB, from 0. */
  readonly request: number;
  readonly phb: number;
  /** PE# that the RTE gave. */
  readonly pe: number;
  /** Requester, as `01:00.0`. */
  readonly rid: string;
  readonly op: 'read' | 'write';
  /** Bus address. */
  readonly address: bigint;
  /** undefined for an MSI and for what was refused or dropped. */
  readonly realAddress: bigint | undefined;
  /** Bytes. */
  readonly length: number;
  /** `hit`, `miss`, `page-fault` and so on; docs/counters.md defines them. */
  readonly outcome: OutcomeName;
  /** Whether the TCE cache or the line buffer had the TCE. */
  readonly isHit: boolean;
  /** Arrival in simulated ns since the trace's start. */
  readonly arriveNs: number;
  /** From its arrival to its completion. */
  readonly latencyNs: number;
  /** The parts that the latency is the sum of, in ns; docs/timing.md defines each. */
  readonly partsNs: Readonly<Record<PartName, number>>;
}

/** The first rows of a log's cells. */
export function answersOf(cells: LogCells, rows: number, clockMHz: number): RequestAnswer[] {
  const ns = (cycles: number) => nsOf(cycles, clockMHz);
  return Array.from({ length: rows }, (_, row) => {
    const outcome = cells.outcome[row];
    const parts = PARTS.map((part, index) => [part, ns(cells.parts[index][row])]);
    return {
      request: Number(getWord(cells.request, row)),
      phb: cells.phb[row],
      pe: cells.pe[row],
      rid: formatRid(cells.rid[row]),
      op: cells.op[row] === 0 ? 'read' : 'write',
      address: getWord(cells.address, row),
      realAddress: cells.hasReal[row] === 1 ? getWord(cells.realAddress, row) : undefined,
      length: cells.length[row],
      outcome: OUTCOMES[outcome],
      isHit: outcome === HIT || outcome === LINE_HIT,
      arriveNs: ns(Number(getWord(cells.arrive, row))),
      latencyNs: ns(cells.latency[row]),
      partsNs: Object.fromEntries(parts) as Record<PartName, number>,
    };
  });
}
