/** A request log, boiled down to what a page draws: read once, front to back, whatever its size. */
import { hex } from '../../../models/bits.ts';
import { formatRid } from '../../../models/rte.ts';
import type { ReadBatch } from '../../../traces/arrow/column-reader.ts';
import type { KillStepsRecord } from '../../replay/kill-steps.ts';
import { READS_MAX } from '../../replay/noted-reads.ts';
import { pairAt, partColumn } from '../../replay/request-log-columns.ts';
import { OUTCOMES, type OutcomeName } from '../../unit/books/outcome.ts';
import { PARTS, type PartName } from '../../unit/books/parts.ts';
import { PART_NAMES } from '../latency-cells.ts';
import { LogCurve, LogSpread } from './log-curves.ts';
import { LogDevices } from './log-devices.ts';
import { LogPages } from './log-pages.ts';
import { type Candidate, LogPicks } from './log-sample.ts';
import { LogTimeline } from './log-timeline.ts';
import { KIND_BY_CODE } from './outcome-kinds.ts';
import type { LogPage, SampleRow, SampleWalk } from './page-data.ts';

/** Numbers of the reads that a log has columns for. */
const READS = Array.from({ length: READS_MAX }, (_, read) => read + 1);

/** What a digest needs to know of its run. */
export interface LogRun {
  readonly cycleNs: number;
  readonly simulatedNs: number;
  readonly requests: number;
  readonly share: number;
  /** When kills ran, PHB by PHB. */
  readonly kills: readonly KillStepsRecord[];
  /** The parts of which curves are wanted. */
  readonly parts: readonly PartName[];
}

type Pick = Candidate & { readonly row: SampleRow };

export class LogDigest {
  private rows = 0;
  private readonly timeline: LogTimeline;
  private readonly spread = new LogSpread();
  private readonly all = new LogCurve();
  private readonly curves: readonly LogCurve[];
  private readonly devices = new LogDevices();
  private readonly picks = new LogPicks<Pick>();
  /** Reuse is about the order of all requests: a sample cannot tell. */
  private readonly pages: LogPages | undefined;

  constructor(private readonly run: LogRun) {
    this.timeline = new LogTimeline(run.simulatedNs, run.requests * run.share);
    for (const kills of run.kills) this.timeline.addKills(kills, run.cycleNs);
    this.curves = run.parts.map(() => new LogCurve());
    this.pages = run.share === 1 ? new LogPages() : undefined;
  }

  /** Takes the rows of a batch. */
  add(batch: ReadBatch): void {
    const columns = columnsOf(batch);
    const { cycleNs, parts } = this.run;
    const curved = parts.map((name) => columns.parts[PARTS.indexOf(name)]);
    for (let row = 0; row < batch.rows; row += 1) {
      const latency = columns.latency[row];
      const outcome = columns.codes[columns.outcome[row]];
      const kind = KIND_BY_CODE[outcome];
      this.timeline.add(kind, pairAt(columns.arrive, row) * cycleNs, latency * cycleNs);
      this.spread.add(kind, latency * cycleNs);
      this.all.add(latency);
      for (let part = 0; part < curved.length; part += 1) this.curves[part].add(curved[part][row]);
      const phb = columns.phb[row];
      this.devices.add({
        phb,
        rid: columns.rid[row],
        isWrite: columns.op[row] === columns.write,
        bytes: columns.length[row],
        kind,
        latency,
      });
      const { address } = columns;
      this.pages?.add(
        phb,
        columns.pe[row],
        address[2 * row + 1],
        address[2 * row],
        columns.length[row],
      );
      const candidate = { phb, number: pairAt(columns.request, row), outcome, latency };
      this.picks.offer(candidate, () => ({ ...candidate, row: sampleRow(columns, row, outcome) }));
    }
    this.rows += batch.rows;
  }

  get page(): LogPage {
    const { cycleNs, requests, share, parts } = this.run;
    const { rows: devices, left } = this.devices.rows(cycleNs);
    const wordsOf = new Map(PART_NAMES);
    return {
      rows: this.rows,
      requests,
      share,
      timeline: this.timeline.timeline,
      spread: this.spread.spread,
      curves: [
        { name: 'latency', part: '', points: this.all.points(cycleNs) },
        ...parts.map((part, at) => ({
          name: wordsOf.get(part) ?? part,
          part,
          points: this.curves[at].points(cycleNs),
        })),
      ],
      devices,
      devicesLeft: left,
      pages: this.pages?.pages ?? null,
      sample: {
        outcomes: OUTCOMES,
        parts: PARTS,
        rows: this.picks.picks.map(({ row }) => row),
      },
    };
  }
}

type Columns = ReturnType<typeof columnsOf>;

/** The columns of a batch by their names in memory. Throws InputError where one is missing. */
function columnsOf(batch: ReadBatch) {
  return {
    request: batch.cells('request', 64),
    phb: batch.cells('phb', 8),
    pe: batch.cells('pe', 16),
    rid: batch.cells('rid', 16),
    op: batch.cells('op', 8),
    /** The code that stands for a write. */
    write: batch.words('op').indexOf('write'),
    address: batch.cells('address', 64),
    length: batch.cells('length', 32),
    outcome: batch.cells('outcome', 8),
    /** Outcomes by the codes of the column. */
    codes: batch.words('outcome').map((word) => OUTCOMES.indexOf(word as OutcomeName)),
    real: batch.cells('real_address', 64),
    hasReal: (row: number) => batch.has('real_address', row),
    arrive: batch.cells('arrive_cycle', 64),
    latency: batch.cells('latency_cycles', 32),
    parts: PARTS.map((part) => batch.cells(partColumn(part), 32)),
    walkReads: batch.cells('walk_reads', 8),
    walkLevel: batch.cells('walk_level', 8),
    walkEntry: batch.cells('walk_entry', 64),
    walkTces: READS.map((read) => batch.cells(`walk_tce_${read}`, 64)),
    walkCycles: READS.map((read) => batch.cells(`walk_cycles_${read}`, 32)),
  };
}

function sampleRow(columns: Columns, row: number, outcome: number): SampleRow {
  return {
    n: pairAt(columns.request, row),
    phb: columns.phb[row],
    pe: columns.pe[row],
    rid: formatRid(columns.rid[row]),
    isWrite: columns.op[row] === columns.write,
    address: hexAt(columns.address, row),
    length: columns.length[row],
    outcome,
    real: columns.hasReal(row) ? hexAt(columns.real, row) : null,
    arrive: pairAt(columns.arrive, row),
    latency: columns.latency[row],
    walk: walkAt(columns, row),
    spent: columns.parts.flatMap((cycles, part) =>
      cycles[row] === 0 ? [] : [[part, cycles[row]] as const],
    ),
  };
}

function walkAt(columns: Columns, row: number): SampleWalk | null {
  const count = columns.walkReads[row];
  if (count === 0) return null;
  return {
    level: columns.walkLevel[row],
    entry: hexAt(columns.walkEntry, row),
    reads: Array.from({ length: count }, (_, read) => [
      hexAt(columns.walkTces[read], row),
      columns.walkCycles[read][row],
    ]),
  };
}

function hexAt(pairs: ArrayLike<number>, row: number): string {
  return hex((BigInt(pairs[2 * row + 1]) << 32n) | BigInt(pairs[2 * row]));
}
