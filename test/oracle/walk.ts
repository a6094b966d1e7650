/** Walks of TCE tables, and the caches of indirect TCEs (T18). */
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import type { Place } from './front-end.ts';
import type { MemoryReads } from './memory.ts';

/** What a walk finds, and what it costs. */
export interface WalkResult {
  readonly cycles: number;
  /** The leaf TCE, or 0 where an indirect one ended the walk. */
  readonly tce: bigint;
  /** Address of the leaf's line; absent where the walk did not come so far. */
  readonly line?: bigint;
}

interface CachedTable {
  readonly tve: number;
  readonly prefix: bigint;
  readonly table: bigint;
}

export class Walks {
  /** Reads of each level, the leaf first. */
  readonly reads = [0, 0, 0, 0, 0];
  /** Walks that began behind a cached indirect TCE of each level; none of level 0. */
  readonly cacheHits = [0, 0, 0, 0, 0];
  /** Level by level from 1, the one used last in front. */
  private caches: CachedTable[][] = [];
  private readonly sizes: readonly number[];

  constructor(
    private readonly config: UnitConfig,
    private readonly memory: MemoryReads,
  ) {
    const { level1, level2, level3, level4 } = config.walkCache;
    this.sizes = [0, level1, level2, level3, level4];
    this.forgetAll();
  }

  forgetAll(): void {
    this.caches = this.sizes.map(() => []);
  }

  forgetWindow(tve: number): void {
    this.caches = this.caches.map((cache) => cache.filter((each) => each.tve !== tve));
  }

  /** Walks the tables as they are now. */
  walk(tve: number, { window, address }: Place): WalkResult {
    const shiftOf = (level: number) => window.indexBits * BigInt(level) + window.pageShift;
    let level = window.levels - 1;
    let table = window.root;
    for (let cached = 1; cached < window.levels; cached += 1) {
      const found = this.find(cached, tve, address >> shiftOf(cached));
      if (found === undefined) continue;
      this.cacheHits[cached] += 1;
      table = found;
      level = cached - 1;
      break;
    }
    let cycles = 0;
    for (; ; level -= 1) {
      const prefix = address >> shiftOf(level);
      const entry = table | ((prefix & ((1n << window.indexBits) - 1n)) * 8n);
      const tce = this.memory.word(entry);
      cycles += this.memory.walkRead(entry) + this.config.tceCache.responseCycles;
      this.reads[level] += 1;
      if (level === 0) return { cycles, tce, line: entry - (entry % 128n) };
      if ((tce & 3n) === 0n) return { cycles, tce: 0n };
      table = tce & ~0xfffn;
      this.place(level, { tve, prefix, table });
    }
  }

  /** The TCE that the tables hold as they are now, found in no time and without any cache. */
  peek({ window, address }: Place): bigint {
    let table = window.root;
    for (let level = window.levels - 1; ; level -= 1) {
      const prefix = address >> (window.indexBits * BigInt(level) + window.pageShift);
      const tce = this.memory.word(table | ((prefix & ((1n << window.indexBits) - 1n)) * 8n));
      if (level === 0) return tce;
      if ((tce & 3n) === 0n) return 0n;
      table = tce & ~0xfffn;
    }
  }

  private find(level: number, tve: number, prefix: bigint): bigint | undefined {
    const cache = this.caches[level];
    const at = cache.findIndex((each) => each.tve === tve && each.prefix === prefix);
    if (at < 0) return undefined;
    const [found] = cache.splice(at, 1);
    cache.unshift(found);
    return found.table;
  }

  private place(level: number, table: CachedTable): void {
    const cache = this.caches[level];
    cache.unshift(table);
    cache.length = Math.min(cache.length, this.sizes[level]);
  }
}
