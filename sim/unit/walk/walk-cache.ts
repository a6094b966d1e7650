/**
 * Caches of indirect TCEs, one for each upper level of a table. Off in the presets: no public source
 * says that a PHB has them; design studies switch them on with `walkCache.level1` to `level4`.
 */
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import { createDirectory } from '../lookup/create-directory.ts';
import type { Directory } from '../lookup/directory.ts';
import { keyHigh, TVE_MASK, tveKey } from '../lookup/key.ts';
import type { StateWriter } from '../state-writer.ts';

/** Levels above the leaf that a table can have. */
const UPPER_LEVELS_MAX = 4;

export class WalkCache {
  /** Lookups that found the next table's address, by level. */
  readonly hits = new Float64Array(UPPER_LEVELS_MAX + 1);
  /** Real address of the next table, in halves, of the entry that was found last. */
  tableLow = 0;
  tableHigh = 0;
  private readonly directories: Directory[] = [];
  private readonly lows: Int32Array[] = [];
  private readonly highs: Int32Array[] = [];
  /** Entries of each level's cache. */
  private readonly sizes: readonly number[];
  /** Whether any level has one. */
  readonly isOn: boolean;

  constructor(config: UnitConfig['walkCache']) {
    this.sizes = [0, config.level1, config.level2, config.level3, config.level4];
    this.isOn = this.sizes.some((entries) => entries > 0);
    for (const entries of this.sizes) {
      this.directories.push(createDirectory(1, Math.max(1, entries), 'lru', ''));
      this.lows.push(new Int32Array(Math.max(32, entries)));
      this.highs.push(new Int32Array(Math.max(32, entries)));
    }
  }

  /** Looks up the entry of `level` for an index prefix; the answer stands in tableLow, tableHigh. */
  find(level: number, tve: number, prefixHigh: number, prefixLow: number): boolean {
    if (this.sizes[level] === 0) return false;
    const slot = this.directories[level].find(0, keyHigh(tve, prefixHigh), prefixLow);
    if (slot < 0) return false;
    this.hits[level] += 1;
    this.tableLow = this.lows[level][slot];
    this.tableHigh = this.highs[level][slot];
    return true;
  }

  /** Remembers where the indirect TCE of `level` for an index prefix leads. */
  place(
    level: number,
    tve: number,
    prefixHigh: number,
    prefixLow: number,
    tableHigh: number,
    tableLow: number,
  ): void {
    if (this.sizes[level] === 0) return;
    const slot = this.directories[level].place(0, keyHigh(tve, prefixHigh), prefixLow);
    this.lows[level][slot] = tableLow;
    this.highs[level][slot] = tableHigh;
  }

  /** Index prefixes of each level. Where they lead is what the tables say, which only software changes. */
  writeState(state: StateWriter): void {
    for (const directory of this.directories) directory.writeState(state, () => {});
  }

  /** Forgets what belongs to one TVE. */
  dropTve(tve: number): void {
    for (const directory of this.directories) {
      directory.dropWhere(TVE_MASK, tveKey(tve));
    }
  }

  /** Forgets everything. */
  dropAll(): void {
    for (const directory of this.directories) directory.dropWhere(0, 0);
  }
}
