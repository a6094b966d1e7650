/** RTE stage and what the TVE says (T9 to T12, T32). */
import { type OracleCase, RTT_BASE } from './case.ts';
import { type Clock, type Flight, Request, type Software, takesTurn } from './flight.ts';
import { type Window, windowOf } from './formats.ts';
import type { Freezes } from './freeze.ts';
import type { MemoryReads } from './memory.ts';

/** What the RTE and the TVE say of a request, before anybody asks whether its PE is frozen. */
type Verdict =
  | 'bad-rte'
  | 'msi'
  | 'unsupported-address'
  | 'tve-invalid'
  | 'tvt-address'
  | 'bypassed'
  | 'translated';

const FOUR_GIB = 1n << 32n;
const LOW_50_BITS = (1n << 50n) - 1n;

/** A window in which the request is looked up, and its address there. */
export interface Place {
  readonly window: Window & { kind: 'translated' };
  readonly address: bigint;
}

export class FrontEnd {
  rteMisses = 0;
  private next = 0;
  private free = 0;
  /** RIDs with their RTE in the cache, the one used last in front. */
  private rids: number[] = [];
  private readonly rtt = new Map<number, number>();
  private readonly tvt: Map<number, bigint>;
  private readonly verdicts = new Map<Request, Verdict>();
  readonly places = new Map<Request, Place>();
  /** Those who have left the RTE stage, until their TVE is known. */
  private readonly deciding: Flight[] = [];

  constructor(
    private readonly drawn: OracleCase,
    private readonly clock: Clock,
    private readonly flights: readonly Flight[],
    private readonly memory: MemoryReads,
    private readonly freezes: Freezes,
    /** Takes those who go on to the lookup stage. */
    private readonly toLookup: (flight: Flight) => void,
    /** Takes requests that have their real address, or end as an MSI. */
    private readonly toCompletion: (request: Request) => void,
  ) {
    this.tvt = new Map(drawn.tves);
  }

  /** The item in front leaves the RTE stage, if it can. */
  step(): boolean {
    const flight = this.flights[this.next];
    if (flight === undefined) return false;
    if (flight instanceof Request || takesTurn(flight)) {
      if (!(flight instanceof Request) && flight.isLost) {
        this.next += 1;
        return true;
      }
      const ready = this.readyOf(flight);
      if (ready === undefined) return false;
      const { now } = this.clock;
      if (ready > now || this.free > now) {
        this.clock.wakeAt(Math.max(ready, this.free));
        return false;
      }
      this.leave(flight, ready);
    } else {
      this.rewrite(flight);
    }
    this.deciding.push(flight);
    this.next += 1;
    return true;
  }

  /** What the item in front waits for, for the watchdog. */
  waiting(): Flight | undefined {
    return this.flights[this.next];
  }

  /** Whether nobody waits for the TVE. */
  get isQuiet(): boolean {
    return this.deciding.length === 0;
  }

  private readyOf(flight: Flight): number | undefined {
    const come =
      flight instanceof Request
        ? flight.received
        : flight.item.kind === 'kill'
          ? flight.written
          : flight.arrive;
    return come === undefined ? undefined : come + this.drawn.config.rteCache.hitCycles;
  }

  private leave(flight: Flight, ready: number): void {
    const { now } = this.clock;
    const { config } = this.drawn;
    this.free = now + 1;
    flight.decided = now + config.tvt.readCycles;
    if (flight instanceof Request) {
      const read = this.readRte(flight.item.rid);
      this.free += read;
      flight.decided += read;
      flight.spend('admission', now - ready);
      flight.spend('rte', config.rteCache.hitCycles + read);
      flight.spend('tve', config.tvt.readCycles);
      this.verdicts.set(flight, this.judge(flight));
    } else if (flight.item.kind === 'reset') {
      this.rids = [];
    }
  }

  /** What software writes into RTT and TVT holds for the items behind it. */
  private rewrite({ item }: Software): void {
    if (item.kind === 'assign') {
      if (this.rtt.has(item.rid)) this.rids = [];
      this.rtt.set(item.rid, item.pe);
    } else if (item.kind === 'tve') {
      this.tvt.set(item.index, item.word);
    }
  }

  /** Cycles of reading the RTE; 0 if it is cached. */
  private readRte(rid: number): number {
    const isCached = this.rids.includes(rid);
    this.rids = [rid, ...this.rids.filter((other) => other !== rid)];
    this.rids.length = Math.min(this.rids.length, this.drawn.config.rteCache.entries);
    if (isCached) return 0;
    this.rteMisses += 1;
    return this.memory.rteRead(RTT_BASE + 2n * BigInt(rid));
  }

  private judge(request: Request): Verdict {
    const { pe: pes, rteCache, msi } = this.drawn.config;
    const { address } = request;
    let pe = this.rtt.get(request.item.rid) ?? 0;
    if (pe >= pes.count) {
      if (rteCache.invalidPe === 'refuse') return 'bad-rte';
      pe %= pes.count;
    }
    const isHigh = pes.tveSelect === 'bit59' ? (address >> 59n) & 1n : address >= FOUR_GIB;
    request.pe = pe;
    request.tve = pe * 2 + Number(isHigh);
    const top = address >> 60n;
    if (top === 1n && msi.window64) return 'msi';
    if (address >> 16n === 0xffffn && msi.window32) return 'msi';
    if (top !== 0n) return 'unsupported-address';
    const window = windowOf(this.tvt.get(request.tve) ?? 0n, this.drawn.config.pageShifts);
    return window.kind === 'invalid' ? 'tve-invalid' : this.judgeWindow(request, window);
  }

  private judgeWindow(request: Request, window: Exclude<Window, { kind: 'invalid' }>): Verdict {
    const { address } = request;
    if (window.kind === 'untranslated') {
      const granule = (address & LOW_50_BITS) >> 24n;
      if (granule < window.start || granule >= window.end) return 'tvt-address';
      request.real = address & LOW_50_BITS;
      return 'bypassed';
    }
    if (this.drawn.config.pe.tveSelect === 'gte4gb' && (address >> 59n) & 1n) return 'tvt-address';
    const inWindow = address & ((1n << 59n) - 1n);
    const span = window.indexBits * BigInt(window.levels) + window.pageShift;
    if (inWindow >> span !== 0n) return 'tvt-address';
    this.places.set(request, { window, address: inWindow });
    return 'translated';
  }

  /** The one in front knows its TVE, or has its turn. */
  decide(): boolean {
    const flight = this.deciding[0];
    if (flight === undefined) return false;
    if (flight.decided !== undefined && flight.decided > this.clock.now) {
      this.clock.wakeAt(flight.decided);
      return false;
    }
    this.deciding.shift();
    if (flight instanceof Request) this.decideRequest(flight);
    else this.act(flight);
    return true;
  }

  private decideRequest(request: Request): void {
    const { now } = this.clock;
    const verdict = this.verdicts.get(request) as Verdict;
    const { real } = request;
    request.real = undefined;
    if (this.freezes.isFenced) this.drop(request, 'fenced');
    else if (verdict === 'bad-rte') this.drop(request, 'bad-rte');
    else if (this.freezes.isFrozen(request.pe)) this.drop(request, 'frozen');
    else if (verdict === 'translated') this.toLookup(request);
    else if (verdict === 'bypassed' || verdict === 'msi') {
      request.outcome = verdict;
      request.translated = now;
      request.real = verdict === 'msi' ? undefined : real;
      this.toCompletion(request);
    } else {
      request.end(verdict, now);
      this.freezes.refused(request);
    }
  }

  private drop(request: Request, outcome: string): void {
    request.end(outcome, this.clock.now);
  }

  private act(software: Software): void {
    const { item } = software;
    if (item.kind === 'freeze') this.freezes.freeze(item.pe, software.order);
    if (item.kind === 'unfreeze') this.freezes.unfreeze(item.pe);
    if (item.kind === 'fence') this.freezes.fence();
    if (item.kind === 'reset') this.freezes.reset();
    this.toLookup(software);
  }
}
