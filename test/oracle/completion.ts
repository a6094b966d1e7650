/** From the TCE to the end: permission, write order, read engines, the link back (T22 to T25). */
import type { OracleCase } from './case.ts';
import { cyclesOf, type ExactTime } from './exact.ts';
import type { Clock, Request } from './flight.ts';
import type { Freezes } from './freeze.ts';
import type { Place } from './front-end.ts';

const LINE_BYTES = 128n;

export class Completion {
  /** Posted writes of each PE, in order, from the one that is next. */
  private readonly writes = new Map<number, Request[]>();
  /** Reads that want engines. */
  private reads: Request[] = [];
  /** Reads whose data are on their way back: they give their credits back when they complete (T8). */
  private readonly returning: Request[] = [];
  private linesGranted = 0;
  private readonly enginesBusyUntil: number[];
  private linkEnd = 0n;

  constructor(
    private readonly drawn: OracleCase,
    private readonly clock: Clock,
    private readonly time: ExactTime,
    private readonly freezes: Freezes,
    private readonly placeOf: (request: Request) => Place | undefined,
  ) {
    this.enginesBusyUntil = new Array(drawn.config.dma.readEngines).fill(0);
  }

  /** A posted write is known; writes of its PE behind it wait for it. */
  expect(request: Request): void {
    const queue = this.writes.get(request.pe) ?? [];
    this.writes.set(request.pe, queue);
    queue.push(request);
  }

  /** A request has its TCE, or needs none. */
  translated(request: Request): void {
    const { now } = this.clock;
    const place = this.placeOf(request);
    if (place !== undefined) {
      const { tce } = request;
      if (request.isRefused) {
        request.end((tce & 3n) === 0n ? 'page-fault' : 'access-fault', now);
        this.freezes.refused(request);
        return;
      }
      const offset = (1n << place.window.pageShift) - 1n;
      request.real = (tce & ~offset) | (request.address & offset);
    }
    if (request.isWrite) return;
    if (request.outcome === 'msi') {
      request.done = now;
      request.isReleased = true;
    } else {
      this.reads.push(request);
    }
  }

  /** Hands on the writes whose turn it is (T23). */
  order(): boolean {
    const { now } = this.clock;
    for (const queue of this.writes.values()) {
      const [first] = queue;
      if (first === undefined || first.translated === undefined) continue;
      queue.shift();
      if (first.ordered !== undefined) return true;
      first.ordered = now;
      first.isReleased = true;
      first.spend('orderWait', now - first.translated);
      const cycles =
        first.outcome === 'msi' ? 0 : cyclesOf(this.drawn.config.dma.writeNs, this.drawn.config);
      first.spend('dma', cycles);
      first.done = now + cycles;
      return true;
    }
    return false;
  }

  /** Gives the next line of the read in front an engine (T24). */
  fetchData(): boolean {
    const { now } = this.clock;
    const back = this.returning.findIndex(({ done }) => (done as number) <= now);
    if (back >= 0) {
      for (const read of this.returning.splice(back, 1)) read.isReleased = true;
      return true;
    }
    for (const { done } of this.returning) this.clock.wakeAt(done as number);
    if (this.reads.length === 0) return false;
    if (this.linesGranted === 0) this.reads.sort(byTranslation);
    const [read] = this.reads;
    const busyUntil = this.enginesBusyUntil;
    const cycles = cyclesOf(this.drawn.config.dma.readNs, this.drawn.config);
    if (busyUntil.length > 0) {
      const engine = busyUntil.indexOf(Math.min(...busyUntil));
      if (busyUntil[engine] > now) {
        this.clock.wakeAt(busyUntil[engine]);
        return false;
      }
      busyUntil[engine] = now + cycles;
    }
    this.linesGranted += 1;
    if (this.linesGranted < linesOf(read)) return true;
    this.linesGranted = 0;
    this.reads.shift();
    read.spend('engineWait', now - (read.translated as number));
    read.spend('dma', cycles);
    read.dataAt = now + cycles;
    this.sendBack(read, read.dataAt);
    this.returning.push(read);
    return true;
  }

  /** T25. */
  private sendBack(read: Request, dataAt: number): void {
    const { payloadBytes, completionOverheadBytes } = this.drawn.config.link;
    const completions = Math.ceil(read.bytes / payloadBytes);
    const bytes = read.bytes + completions * completionOverheadBytes;
    const there = this.time.at(dataAt);
    const start = this.linkEnd > there ? this.linkEnd : there;
    this.linkEnd = start + BigInt(bytes) * this.time.byteTicks;
    read.done = this.time.edgeOf(this.linkEnd);
    read.spend('completion', read.done - dataAt);
  }
}

function byTranslation(a: Request, b: Request): number {
  return (a.translated as number) - (b.translated as number) || a.order - b.order;
}

/** Lines of 128 bytes that a read touches. */
function linesOf({ address, bytes }: Request): number {
  const last = address + BigInt(bytes) - 1n;
  return Number(last / LINE_BYTES - address / LINE_BYTES) + 1;
}
