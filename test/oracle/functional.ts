/**
 * The oracle's first half: everything in docs/timing.md that depends on the order of items alone. Plain
 * maps and BigInt, nothing of sim/: which RIDs are cached (T9), what each TVE says (T10), which entry a
 * request finds or takes (T11 to T13), which reads a walk makes and where they are answered (T15, T16),
 * what kills drop (T19).
 */
import { type OracleCase, type OracleConfig, type OracleItem, RTT_BASE } from './case.ts';

/** What the order of items decides of one item; times in cycles. */
export interface Fate {
  readonly item: OracleItem;
  readonly pe: number;
  /** Read of the RTT, 0 if the RID was cached. */
  readonly rteRead: number;
  /** Where a request ends without a lookup. */
  readonly early?: string;
  /** The fate whose fill the entry holds; absent if this request takes the entry. */
  readonly fillOf?: Fate;
  /** Cycles of this request's own walk, should it fetch. */
  readonly walk: () => number;
  readonly fault?: string;
  /** Cycles that a kill holds the lookup stage. */
  readonly cost: number;
}

interface Entry {
  readonly tve: number;
  readonly page: bigint;
  readonly tce: bigint;
  readonly filledBy: Fate;
}

const WINDOW_MASK = (1n << 59n) - 1n;

export class Functional {
  private readonly words: Map<bigint, bigint>;
  private readonly config: OracleConfig;
  private readonly rids: number[] = [];
  private readonly sets: Entry[][];
  private readonly walkCaches = new Map<number, [string, bigint][]>();
  private readonly lines = new Map<bigint, bigint>();

  constructor(private readonly drawn: OracleCase) {
    this.config = drawn.config;
    this.words = new Map(drawn.words);
    this.sets = Array.from({ length: this.config.entries / this.config.ways }, () => []);
  }

  /** The fates of all items. */
  fates(): Fate[] {
    return this.drawn.items.map((item) => {
      if (item.kind === 'request') return this.request(item);
      if (item.kind === 'kill') return this.kill(item);
      this.words.set(item.address, item.word);
      this.touch(item.address);
      return { item, pe: 0, rteRead: 0, walk: () => 0, cost: 0 };
    });
  }

  private request(item: OracleItem & { kind: 'request' }): Fate {
    const rteRead = this.readRte(item.rid);
    const pe = this.drawn.peOf.get(item.rid) as number;
    const base = { item, pe, rteRead, walk: () => 0, cost: 0 };
    const top = item.address >> 60n;
    if (top === 1n || item.address >> 16n === 0xffffn) return { ...base, early: 'msi' };
    if (top > 1n) return { ...base, early: 'unsupported-address' };
    const tve = pe * 2 + Number((item.address >> 59n) & 1n);
    const word = this.drawn.tves.get(tve) ?? 0n;
    if (word === 0n) return { ...base, early: 'tve-invalid' };
    if ((word & 31n) === 0n) {
      const isInside = (item.address & ((1n << 50n) - 1n)) >> 24n < 1n;
      return { ...base, early: isInside ? 'bypassed' : 'tvt-address' };
    }
    const shift = (word & 31n) + 11n;
    const levels = ((word >> 13n) & 7n) + 1n;
    const address = item.address & WINDOW_MASK;
    if (address >> (9n * levels + shift) !== 0n) return { ...base, early: 'tvt-address' };
    return this.lookUp(base, tve, word, address, address >> shift);
  }

  /** T11 to T13: finds the entry or takes one, and reads the table. */
  private lookUp(base: Fate, tve: number, word: bigint, address: bigint, page: bigint): Fate {
    const set = this.sets[this.setOf(tve, page)];
    const at = set.findIndex((entry) => entry.tve === tve && entry.page === page);
    const request = base.item as OracleItem & { kind: 'request' };
    if (at >= 0) {
      const [entry] = set.splice(at, 1);
      if (this.config.replacement === 'lru') set.unshift(entry);
      else set.splice(at, 0, entry);
      // With merging off the request may fetch for itself, if the fill is not there in time.
      return {
        ...base,
        fillOf: entry.filledBy,
        walk: () => this.walkTable(tve, word, address).cycles,
        ...this.verdict(entry.tce, request.isWrite, set, entry),
      };
    }
    const { tce, cycles } = this.walkTable(tve, word, address);
    const fate: Fate = { ...base, walk: () => cycles };
    if (set.length === this.config.ways) set.pop();
    const entry = { tve, page, tce, filledBy: fate };
    set.unshift(entry);
    return Object.assign(fate, this.verdict(tce, request.isWrite, set, entry));
  }

  /** T17: a TCE that refuses leaves the cache unless refusals are kept. */
  private verdict(tce: bigint, isWrite: boolean, set: Entry[], entry: Entry): { fault?: string } {
    if ((tce & (isWrite ? 2n : 1n)) !== 0n) return {};
    if (!this.config.negative) set.splice(set.indexOf(entry), 1);
    return { fault: (tce & 3n) === 0n ? 'page-fault' : 'access-fault' };
  }

  private setOf(tve: number, page: bigint): number {
    const sets = BigInt(this.sets.length);
    if (this.config.hash === 'plain' || sets === 1n) return Number(page % sets);
    const bits = sets === 2n ? 1n : 2n;
    let folded = BigInt(tve >> 1);
    for (let rest = page; rest > 0n; rest >>= bits) folded ^= rest & (sets - 1n);
    return Number(folded & (sets - 1n));
  }

  /** T15, T16. */
  private walkTable(tve: number, word: bigint, address: bigint): { tce: bigint; cycles: number } {
    const shift = (word & 31n) + 11n;
    const top = Number((word >> 13n) & 7n);
    let table = (word >> 16n) << 12n;
    let level = top;
    for (let known = 1; known <= top && this.config.walkEntries > 0; known += 1) {
      const found = this.walkCacheFind(known, `${tve} ${address >> (9n * BigInt(known) + shift)}`);
      if (found === undefined) continue;
      table = found;
      level = known - 1;
      break;
    }
    let cycles = 0;
    for (; ; level -= 1) {
      const prefix = address >> (9n * BigInt(level) + shift);
      const entry = table | ((prefix & 511n) * 8n);
      const tce = this.words.get(entry) ?? 0n;
      cycles += this.readCycles(entry) + this.config.responseCycles;
      if ((tce & 3n) === 0n) return { tce: 0n, cycles };
      if (level === 0) return { tce, cycles };
      table = tce & ~0xfffn;
      if (this.config.walkEntries > 0) this.walkCachePlace(level, `${tve} ${prefix}`, table);
    }
  }

  private walkCacheFind(level: number, key: string): bigint | undefined {
    const cache = this.walkCaches.get(level) ?? [];
    const at = cache.findIndex(([known]) => known === key);
    if (at < 0) return undefined;
    const [hit] = cache.splice(at, 1);
    cache.unshift(hit);
    return hit[1];
  }

  private walkCachePlace(level: number, key: string, table: bigint): void {
    const cache = this.walkCaches.get(level) ?? [];
    cache.unshift([key, table]);
    if (cache.length > this.config.walkEntries) cache.pop();
    this.walkCaches.set(level, cache);
  }

  private readRte(rid: number): number {
    const at = this.rids.indexOf(rid);
    if (at >= 0) {
      this.rids.unshift(...this.rids.splice(at, 1));
      return 0;
    }
    this.rids.unshift(rid);
    if (this.rids.length > this.config.rteEntries) this.rids.pop();
    return this.readCycles(RTT_BASE + BigInt(rid * 2));
  }

  private readCycles(address: bigint): number {
    return this.touch(address) ? this.config.cachedCycles : this.config.readCycles;
  }

  private touch(address: bigint): boolean {
    if (this.config.cachedLines === 0) return false;
    const line = address >> 7n;
    const place = line % BigInt(this.config.cachedLines);
    const isCached = this.lines.get(place) === line;
    this.lines.set(place, line);
    return isCached;
  }

  private kill(item: OracleItem & { kind: 'kill' }): Fate {
    const { register } = item;
    const pe = Number(register & 0x1ffn);
    this.walkCaches.clear();
    const drop = (goes: (entry: Entry) => boolean) => {
      for (const [index, set] of this.sets.entries())
        this.sets[index] = set.filter((entry) => !goes(entry));
    };
    const base = { item, pe: 0, rteRead: 0, walk: () => 0 };
    if (register >> 63n === 1n) {
      drop(() => true);
      return { ...base, cost: this.config.killAll };
    }
    if (register >> 62n === 1n) {
      drop((entry) => entry.tve >> 1 === pe);
      return { ...base, cost: this.config.killPe };
    }
    const killShift = (register >> 60n) & 1n ? 16n : 12n;
    const address = ((register & ((1n << 60n) - 1n)) >> killShift) << killShift;
    const tve = pe * 2 + Number(address >> 59n);
    const shift = ((this.drawn.tves.get(tve) ?? 0n) & 31n) + 11n;
    const inWindow = address & WINDOW_MASK;
    drop((entry) => {
      if (entry.tve !== tve || shift === 11n) return false;
      const start = entry.page << shift;
      const end = (entry.page + 1n) << shift;
      return start < inWindow + (1n << killShift) && inWindow < end;
    });
    return { ...base, cost: this.config.killPage };
  }
}
