/**
 * The blocks of a multi-level TCE table in memory, after Linux pnv_tce and pnv_alloc_tce_level
 * (powernv/pci-ioda-tce.c, 5.17): the root exists from creation on, a lower level comes into being
 * with the first entry that needs it and stays until the whole tree is freed. An indirect entry is
 * the next table's real address with both permission bits. Leaves are allocated here, filled elsewhere.
 */

import type { AllocationFailure, BlockAllocator } from '../memory/buddy.ts';
import type { Gfp } from '../memory/gfp.ts';
import { bigEndian, type PhysicalMemory } from '../memory/physical.ts';
import { TCE_PCI_READ_WRITE } from '../tce.ts';
import type { TableGeometry } from './geometry.ts';

/** The PHB walks the hardware's tree; the mirror holds the userspace address of each entry. */
export type TreeName = 'hardware' | 'mirror';

/** A level that could not be allocated; level 0 is a leaf. */
export interface LevelFailure extends AllocationFailure {
  readonly tree: TreeName;
  readonly level: number;
}

/** What stands in the place of a leaf's address when the leaf does not exist. */
export const ABSENT = -1;

const HALF = 2 ** 32;

/** Where a tree's blocks come from, and the memory they stand in. */
export interface TreeHome {
  readonly memory: PhysicalMemory;
  readonly allocator: BlockAllocator;
  readonly gfp: Gfp;
}

export class LevelTree {
  private readonly name: TreeName;
  private readonly geometry: TableGeometry;
  private readonly memory: PhysicalMemory;
  private readonly allocator: BlockAllocator;
  private readonly gfp: Gfp;
  /** Real address of the root, a whole number below 2^53; ABSENT once freed or never allocated. */
  private rootAddress = ABSENT;
  private allocated = 0;

  constructor(name: TreeName, geometry: TableGeometry, home: TreeHome) {
    this.name = name;
    this.geometry = geometry;
    this.memory = home.memory;
    this.allocator = home.allocator;
    this.gfp = home.gfp;
  }

  /** Real address of the root table. */
  get root(): number {
    return this.rootAddress;
  }

  /** Blocks of this tree, each of the geometry's order. */
  get blocks(): number {
    return this.allocated;
  }

  /** Takes a tree that stands in memory already; its blocks are not the allocator's, never free them. */
  adopt(root: bigint): void {
    this.rootAddress = Number(root);
  }

  /** Allocates the root; the failure if there is no block for it. */
  growRoot(): LevelFailure | undefined {
    const root = this.allocate(this.geometry.levels - 1);
    if (typeof root !== 'number') return root;
    this.rootAddress = root;
    return undefined;
  }

  /** Real address of the leaf table of an entry, or ABSENT. */
  leafOf(index: number): number {
    let table = this.rootAddress;
    for (let level = this.geometry.levels - 1; level > 0 && table !== ABSENT; level -= 1) {
      table = this.childAt(this.slotOf(table, index, level));
    }
    return table;
  }

  /** As `leafOf`, but allocates what is missing on the way down. */
  growLeaf(index: number): number | LevelFailure {
    let table = this.rootAddress;
    for (let level = this.geometry.levels - 1; level > 0; level -= 1) {
      const slot = this.slotOf(table, index, level);
      let child = this.childAt(slot);
      if (child === ABSENT) {
        const grown = this.allocate(level - 1);
        if (typeof grown !== 'number') return grown;
        this.memory.write(BigInt(slot), BigInt(grown + TCE_PCI_READ_WRITE));
        child = grown;
      }
      table = child;
    }
    return table;
  }

  /** Allocates every leaf of the first `count` entries, depth first; stops at the first failure. */
  growLeaves(count: number): LevelFailure | undefined {
    for (let index = 0; index < count; index += this.geometry.entriesPerLevel) {
      const grown = this.growLeaf(index);
      if (typeof grown !== 'number') return grown;
    }
    return undefined;
  }

  /** The first index from `from` on whose leaf exists, or `end`; steps over whole absent branches. */
  firstPresent(from: number, end: number): number {
    let index = from;
    while (index < end) {
      const span = this.absentSpan(index);
      if (span === 0) return index;
      index = (Math.floor(index / span) + 1) * span;
    }
    return end;
  }

  /** Frees every block, a table after the tables below it. The memory keeps what it held. */
  free(): void {
    if (this.rootAddress === ABSENT) return;
    this.freeBranch(this.rootAddress, this.geometry.levels - 1);
    this.rootAddress = ABSENT;
  }

  /** Entries that the absent branch around an index would hold; 0 if its leaf exists. */
  private absentSpan(index: number): number {
    let table = this.rootAddress;
    for (let level = this.geometry.levels - 1; level > 0; level -= 1) {
      table = this.childAt(this.slotOf(table, index, level));
      if (table === ABSENT) return 2 ** (level * this.geometry.indexBits);
    }
    return 0;
  }

  /** Real address of the entry of an index in a table of a level. */
  private slotOf(table: number, index: number, level: number): number {
    const { indexBits, entriesPerLevel } = this.geometry;
    const entry = Math.floor(index / 2 ** (level * indexBits)) & (entriesPerLevel - 1);
    return table + entry * 8;
  }

  /** The table that an indirect entry names, or ABSENT. */
  private childAt(slot: number): number {
    const at = this.memory.find(Math.floor(slot / HALF), slot >>> 0);
    const lower = bigEndian(this.memory.cells[at + 1]);
    if ((lower & TCE_PCI_READ_WRITE) === 0) return ABSENT;
    const upper = bigEndian(this.memory.cells[at]) >>> 0;
    return upper * HALF + ((lower & ~TCE_PCI_READ_WRITE) >>> 0);
  }

  private allocate(level: number): number | LevelFailure {
    const { order, levelBytes } = this.geometry;
    const block = this.allocator.allocate(order, this.gfp);
    if (block === undefined) {
      const failure = this.allocator.lastFailure as AllocationFailure;
      return { ...failure, tree: this.name, level };
    }
    this.memory.clear(block, levelBytes);
    this.allocated += 1;
    return Number(block);
  }

  private freeBranch(table: number, level: number): void {
    for (let entry = 0; level > 0 && entry < this.geometry.entriesPerLevel; entry += 1) {
      const child = this.childAt(table + entry * 8);
      if (child !== ABSENT) this.freeBranch(child, level - 1);
    }
    this.allocator.free(BigInt(table), this.geometry.order);
    this.allocated -= 1;
  }
}
