/**
 * Compares the tables that a kernel left in memory with ours: the TVE, the number of tables of each level,
 * every entry by its place, and every leaf. Where the blocks of a tree lie is the allocator's chance and
 * not compared; an indirect entry must lead to a table that holds the same.
 */
import { hex } from '../../models/bits.ts';
import { nextTable } from '../../models/tce.ts';
import { decodeTve } from '../../models/tve.ts';
import { formatCountOf } from '../report/numbers.ts';
import type { Leaf, TablePage, TableRow } from '../tables/table-row.ts';

/** What was wanted and what there is instead. */
export interface TableDifference {
  readonly wanted: string;
  readonly got: string;
}

/** What a comparison of two rows found. */
export interface TableComparison {
  /** Leaves that are the same. */
  readonly leaves: number;
  /** Blocks of the recorded tree that are the same. */
  readonly blocks: number;
  readonly differences: readonly TableDifference[];
}

/** The fields of a TVE besides the root's address: levels, table size, page size. */
const TVE_SHAPE_MASK = 0xffffn;

/** Compares the recorded row of a TVE with ours. */
export function compareRows(wanted: TableRow, got: TableRow): TableComparison {
  const differences: TableDifference[] = [];
  const differ = (what: string, wantedText: string, gotText: string) =>
    differences.push({ wanted: `${what} ${wantedText}`, got: gotText });
  const shapes = [wanted, got].map(({ value }) => describeShape(value));
  if (shapes[0] !== shapes[1]) differ('a TVE of', shapes[0], shapes[1]);
  const counts = [wanted, got].map(({ pages }) => tablesPerLevel(pages));
  if (counts[0] !== counts[1]) differ('tables per level', counts[0], counts[1]);
  const leaves = compareLeaves(wanted.leaves, got.leaves, differ);
  // What is told already needs no second line for each block.
  const isTold = differences.length > 0;
  const blocks = new TreeComparison(wanted, got, isTold ? () => {} : differ).run();
  return { leaves, blocks, differences };
}

type Differ = (what: string, wantedText: string, gotText: string) => void;

/** Every leaf of either side; returns how many are the same. */
function compareLeaves(wanted: readonly Leaf[], got: readonly Leaf[], differ: Differ): number {
  const rest = new Map(got.map(({ busAddress, tce }) => [busAddress, tce]));
  let same = 0;
  for (const { busAddress, tce } of wanted) {
    const ours = rest.get(busAddress);
    rest.delete(busAddress);
    if (ours === tce) same += 1;
    else differ(`TCE of ${hex(busAddress)}`, hex(tce), ours === undefined ? 'none' : hex(ours));
  }
  for (const [busAddress, tce] of rest) differ(`TCE of ${hex(busAddress)}`, 'none', hex(tce));
  return same;
}

/** Goes down both trees together. */
class TreeComparison {
  private readonly wantedPages: ReadonlyMap<bigint, TablePage>;
  private readonly gotPages: ReadonlyMap<bigint, TablePage>;
  /** Blocks whose entries are all as they should be. */
  private alike = 0;

  constructor(
    private readonly wanted: TableRow,
    private readonly got: TableRow,
    private readonly differ: Differ,
  ) {
    this.wantedPages = new Map(wanted.pages.map((page) => [page.address, page]));
    this.gotPages = new Map(got.pages.map((page) => [page.address, page]));
  }

  /** Returns how many blocks are the same. */
  run(): number {
    if (this.wanted.pages.length > 0) this.compare(rootOf(this.wanted), rootOf(this.got), '');
    return this.alike;
  }

  /** `path` names the way from the root by the indexes of its entries. */
  private compare(wantedAt: bigint, gotAt: bigint, path: string): void {
    const wanted = this.wantedPages.get(wantedAt);
    const got = this.gotPages.get(gotAt);
    const what = `table ${path === '' ? 'at the root' : path}`;
    if (wanted === undefined || got === undefined) {
      this.differ(what, wanted ? 'present' : 'absent', got ? 'present' : 'absent');
      return;
    }
    if (wanted.bytes !== got.bytes || wanted.level !== got.level) {
      const texts = [wanted, got].map(({ level, bytes }) => `level ${level}, ${bytes} bytes`);
      this.differ(what, texts[0], texts[1]);
      return;
    }
    let isAlike = true;
    for (const index of new Set([...wanted.entries.keys(), ...got.entries.keys()])) {
      isAlike = this.compareEntry(index, wanted, got, `${path}/${index}`) && isAlike;
    }
    if (isAlike) this.alike += 1;
  }

  /** Whether both have the entry, and a leaf's is the same; an indirect one's table counts for itself. */
  private compareEntry(index: number, wanted: TablePage, got: TablePage, path: string): boolean {
    const wantedTce = wanted.entries.get(index);
    const gotTce = got.entries.get(index);
    if (wantedTce === undefined || gotTce === undefined) {
      this.differ(`entry ${path}`, describe(wantedTce), describe(gotTce));
      return false;
    }
    if (wanted.level > 0) {
      this.compare(nextTable(wantedTce), nextTable(gotTce), path);
      return true;
    }
    if (wantedTce === gotTce) return true;
    this.differ(`entry ${path}`, hex(wantedTce), hex(gotTce));
    return false;
  }
}

function rootOf({ value }: TableRow): bigint {
  const tve = decodeTve(value);
  return tve.kind === 'translated' ? tve.root : 0n;
}

function describe(tce: bigint | undefined): string {
  return tce === undefined ? 'none' : hex(tce);
}

function describeShape(value: bigint): string {
  const tve = decodeTve(value);
  if (tve.kind !== 'translated') return `${tve.kind} ${hex(value & TVE_SHAPE_MASK)}`;
  const { levels, tableShift, pageShift } = tve;
  return `${formatCountOf(levels, 'level')} of 2^${tableShift} bytes, pages of 2^${pageShift}`;
}

/** `1, 11`: root first. */
function tablesPerLevel(pages: readonly TablePage[]): string {
  const counts: number[] = [];
  for (const { level } of pages) counts[level] = (counts[level] ?? 0) + 1;
  return Array.from(counts, (count) => count ?? 0)
    .reverse()
    .join(', ');
}
