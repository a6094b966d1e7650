/** The facts about a trace that one pass over its rows tells. */
import { TraceDigest } from './digest.ts';
import { DistinctPages, NO_PAGES, type PageCount } from './distinct-pages.ts';
import { DmaTallies, type DmaTally } from './dma-tallies.ts';
import { OPERATIONS, Op, type TraceBatch, type TraceMetadata, type TraceSource } from './format.ts';
import { type ReuseDistances, ReusePass } from './reuse-distance.ts';
import { getWord } from './row-buffer.ts';

/**
 * What an import report tells; bytes and lengths are of the DMA rows, RIDs and PEs also of those that map
 * and unmap.
 */
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
}

/** Means over the span of the rows; absent where the trace has no span. */
export interface DmaRates {
  readonly requestsPerSecond: number;
  readonly readBytesPerSecond: number;
  readonly writtenBytesPerSecond: number;
}

/** A device (by `rid`) or a PE (by `pe`): its DMA rows, perhaps none, and the pages that they touch. */
export interface OwnerSummary extends DmaTally {
  readonly phb: number;
  readonly rid?: number;
  readonly pe?: number;
  readonly pages: readonly PageCount[];
}

/** What `trace info` tells. */
export interface TraceInfo extends TraceSummary {
  /** Of the rows, whatever form the file has. */
  readonly digest: string;
  /** What the file states of its rows; another one where they are not those that were written. */
  readonly digestWritten?: string;
  readonly rates?: DmaRates;
  /** Different pages, each counted once a PE. */
  readonly pages: readonly PageCount[];
  readonly reuse: readonly ReuseDistances[];
  readonly devices: readonly OwnerSummary[];
  readonly byPe: readonly OwnerSummary[];
}

/** Operations that name a device and its PE, by code: DMA and mappings. */
const NAMES_DEVICE = OPERATIONS.map((name) =>
  ['read', 'write', 'map', 'unmap', 'put', 'indirect', 'stuff'].includes(name),
);
const REFUSED_HALF = 0xffff_ffff;
const NS_PER_SECOND = 1e9;

/** Reads a whole trace; memory is bounded whatever its length. */
export async function summarize(source: TraceSource): Promise<TraceInfo> {
  const pass = new SummaryPass();
  const closer = new CloserLook();
  for await (const batch of source.batches()) {
    pass.add(batch);
    closer.add(batch);
  }
  const info = closer.info(pass.summary(source.metadata));
  const { digestWritten } = source;
  return digestWritten === undefined ? info : { ...info, digestWritten };
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

  /** Counts a batch of at least one row. */
  add(batch: TraceBatch): void {
    if (this.rows === 0) this.firstNs = getWord(batch.timeNs, 0);
    this.lastNs = getWord(batch.timeNs, batch.rows - 1);
    for (let row = 0; row < batch.rows; row += 1) {
      const op = batch.op[row];
      this.rowsOf[op] += 1;
      this.phbs[batch.phb[row]] = 1;
      if (NAMES_DEVICE[op]) {
        this.rids[batch.rid[row]] = 1;
        this.pes[batch.pe[row]] = 1;
      }
      if (isDma(op)) this.addDma(batch, row, op);
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
      lengthMin: Number.isFinite(this.lengthMin) ? this.lengthMin : 0,
      lengthMax: this.lengthMax,
      refused: this.refused,
    };
  }

  private addDma(batch: TraceBatch, row: number, op: number): void {
    const length = batch.length[row];
    const { value } = batch;
    this.bytesOf[op] += length;
    if (length < this.lengthMin) this.lengthMin = length;
    if (length > this.lengthMax) this.lengthMax = length;
    if (value[2 * row] === REFUSED_HALF && value[2 * row + 1] === REFUSED_HALF) this.refused += 1;
  }
}

/** The facts that cost more than an import should: pages, reuse, devices and the digest. */
class CloserLook {
  private readonly digest = new TraceDigest();
  private readonly reuse = new ReusePass();
  private readonly pagesOfPe = new DistinctPages();
  private readonly pagesOfDevice = new DistinctPages();
  private readonly pes = new DmaTallies();
  private readonly devices = new DmaTallies();

  add(batch: TraceBatch): void {
    this.digest.add(batch);
    for (let row = 0; row < batch.rows; row += 1) {
      const op = batch.op[row];
      if (isDma(op)) this.addDma(batch, row);
      else if (NAMES_DEVICE[op]) this.meet(batch, row);
    }
  }

  info(summary: TraceSummary): TraceInfo {
    const rates = ratesOf(summary);
    return {
      ...summary,
      digest: this.digest.finish(),
      ...(rates && { rates }),
      pages: this.pagesOfPe.counts(),
      reuse: this.reuse.distances(),
      devices: ownersOf('rid', this.devices, this.pagesOfDevice),
      byPe: ownersOf('pe', this.pes, this.pagesOfPe),
    };
  }

  /** Devices and PEs whose pages are mapped are known, whether or not they do DMA. */
  private meet({ phb, pe, rid }: TraceBatch, row: number): void {
    this.pes.meet((phb[row] << 16) | pe[row]);
    this.devices.meet((phb[row] << 16) | rid[row]);
  }

  private addDma({ op, phb, pe, rid, length, address }: TraceBatch, row: number): void {
    const isWrite = op[row] === Op.write;
    const ownPe = (phb[row] << 16) | pe[row];
    const device = (phb[row] << 16) | rid[row];
    const [low, high, bytes] = [address[2 * row], address[2 * row + 1], length[row]];
    this.pes.add(ownPe, isWrite, bytes);
    this.devices.add(device, isWrite, bytes);
    this.pagesOfPe.add(ownPe, high, low, bytes);
    this.pagesOfDevice.add(device, high, low, bytes);
    this.reuse.add(ownPe, high, low, bytes);
  }
}

function isDma(op: number): boolean {
  return op === Op.read || op === Op.write;
}

function ratesOf({ metadata, operations, ...summary }: TraceSummary): DmaRates | undefined {
  const seconds = Number(summary.lastNs - summary.firstNs) / NS_PER_SECOND;
  if (metadata.clock === 'order' || seconds === 0) return undefined;
  return {
    requestsPerSecond: ((operations.read ?? 0) + (operations.write ?? 0)) / seconds,
    readBytesPerSecond: summary.readBytes / seconds,
    writtenBytesPerSecond: summary.writtenBytes / seconds,
  };
}

function ownersOf(name: 'rid' | 'pe', tallies: DmaTallies, pages: DistinctPages): OwnerSummary[] {
  const pagesOf = pages.countsByOwner();
  return tallies.entries().map(([owner, tally]) => ({
    phb: owner >>> 16,
    [name]: owner & 0xffff,
    ...tally,
    pages: pagesOf.get(owner) ?? NO_PAGES,
  }));
}

function marked(marks: Uint8Array): number[] {
  return [...marks.keys()].filter((key) => marks[key] === 1);
}
