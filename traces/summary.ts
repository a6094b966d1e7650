/** The facts about a trace that one pass over its rows tells. */
import { DistinctPages, type PageCount } from './distinct-pages.ts';
import { OPERATIONS, Op, type TraceBatch, type TraceMetadata, type TraceSource } from './format.ts';
import { getWord } from './row-buffer.ts';

/** What is in a trace; bytes, pages and lengths are of its DMA rows. */
export interface TraceSummary {
  readonly metadata: TraceMetadata;
  readonly rows: number;
  /** Rows of each operation that occurs, by name. */
  readonly operations: Readonly<Record<string, number>>;
  readonly firstNs: bigint;
  readonly lastNs: bigint;
  readonly phbs: readonly number[];
  readonly rids: readonly number[];
  readonly pes: readonly number[];
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly lengthMin: number;
  readonly lengthMax: number;
  /** DMA rows that the source's PHB refused. */
  readonly refused: number;
  readonly pages: readonly PageCount[];
}

const REFUSED_HALF = 0xffff_ffff;

/** Reads a whole trace; memory is bounded whatever its length. */
export async function summarize(source: TraceSource): Promise<TraceSummary> {
  const pass = new SummaryPass();
  for await (const batch of source.batches()) pass.add(batch);
  return pass.summary(source.metadata);
}

/** A summary in the making, for rows that pass by on their way elsewhere. */
export class SummaryPass {
  private rows = 0;
  private firstNs = 0n;
  private lastNs = 0n;
  private refused = 0;
  private lengthMin = Number.POSITIVE_INFINITY;
  private lengthMax = 0;
  private readonly rowsOf = new Float64Array(OPERATIONS.length);
  private readonly bytesOf = new Float64Array(OPERATIONS.length);
  private readonly phbs = new Uint8Array(2 ** 8);
  private readonly rids = new Uint8Array(2 ** 16);
  private readonly pes = new Uint8Array(2 ** 16);
  private readonly pages = new DistinctPages();

  /** Counts a batch of at least one row. */
  add(batch: TraceBatch): void {
    if (this.rows === 0) this.firstNs = getWord(batch.timeNs, 0);
    this.lastNs = getWord(batch.timeNs, batch.rows - 1);
    for (let row = 0; row < batch.rows; row += 1) {
      const op = batch.op[row];
      this.rowsOf[op] += 1;
      this.phbs[batch.phb[row]] = 1;
      if (op === Op.read || op === Op.write) this.addDma(batch, row, op);
    }
    this.rows += batch.rows;
  }

  /** The facts so far. */
  summary(metadata: TraceMetadata): TraceSummary {
    const operations = OPERATIONS.map((name, op) => [name, this.rowsOf[op]] as const);
    return {
      metadata,
      rows: this.rows,
      operations: Object.fromEntries(operations.filter(([, rows]) => rows > 0)),
      firstNs: this.firstNs,
      lastNs: this.lastNs,
      phbs: marked(this.phbs),
      rids: marked(this.rids),
      pes: marked(this.pes),
      readBytes: this.bytesOf[Op.read],
      writtenBytes: this.bytesOf[Op.write],
      lengthMin: this.lengthMax === 0 ? 0 : this.lengthMin,
      lengthMax: this.lengthMax,
      refused: this.refused,
      pages: this.pages.counts(),
    };
  }

  private addDma(batch: TraceBatch, row: number, op: number): void {
    const length = batch.length[row];
    const { phb, pe, rid, address, value } = batch;
    this.bytesOf[op] += length;
    this.rids[rid[row]] = 1;
    this.pes[pe[row]] = 1;
    if (length < this.lengthMin) this.lengthMin = length;
    if (length > this.lengthMax) this.lengthMax = length;
    if (value[2 * row] === REFUSED_HALF && value[2 * row + 1] === REFUSED_HALF) this.refused += 1;
    this.pages.add(phb[row], pe[row], address[2 * row + 1], address[2 * row], length);
  }
}

function marked(marks: Uint8Array): number[] {
  return [...marks.keys()].filter((key) => marks[key] === 1);
}
