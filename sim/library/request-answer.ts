/** What became of a request, for a program; a row of `run --requests` says the same in cycles. */
import type { OutcomeName } from '../unit/books/outcome.ts';
import type { PartName } from '../unit/books/parts.ts';

/** A request that a PHB has settled: a DMA, or a piece of one where it was cut into TLPs. */
export interface RequestAnswer {
  /** Its number in its PHB, from 0. */
  readonly request: number;
  /** Number of the PHB. */
  readonly phb: number;
  /** PE# that the RTE gave. */
  readonly pe: number;
  /** Requester, as `01:00.0`. */
  readonly rid: string;
  /** Direction of the DMA. */
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
