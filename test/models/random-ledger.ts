/**
 * The books that the random test keeps by itself: blocks of memory, locked memory, and what stands in a
 * table, each from the kernel's rules and from memory itself rather than from the model's own counters.
 */
import { log2Exact } from '../../models/bits.ts';
import type { EraName } from '../../models/kernel/era.ts';
import type { Process } from '../../models/kernel/process.ts';
import type { BlockAllocator, Buddy } from '../../models/memory/buddy.ts';
import type { Gfp } from '../../models/memory/gfp.ts';
import { bigEndian, type PhysicalMemory } from '../../models/memory/physical.ts';

/** Passes requests on to a buddy allocator and writes down every block that is out. */
export class BlockLedger implements BlockAllocator {
  /** Order of each block that is out, by its address. */
  readonly live = new Map<bigint, number>();
  private readonly buddy: Buddy;

  constructor(buddy: Buddy) {
    this.buddy = buddy;
  }

  get lastFailure() {
    return this.buddy.lastFailure;
  }

  get liveBytes(): bigint {
    let pages = 0n;
    for (const order of this.live.values()) pages += 1n << BigInt(order);
    return pages << BigInt(this.buddy.pageShift);
  }

  /** Pages of the kernel that nobody has. */
  get freePages(): bigint {
    return this.buddy.freeBytes >> BigInt(this.buddy.pageShift);
  }

  allocate(order: number, gfp?: Gfp): bigint | undefined {
    const address = this.buddy.allocate(order, gfp);
    if (address === undefined) return undefined;
    if (this.live.has(address)) throw new Error(`block ${address} handed out twice`);
    this.live.set(address, order);
    return address;
  }

  free(address: bigint, order: number): void {
    if (this.live.get(address) !== order) {
      throw new Error(`block ${address} of order ${order} freed, out is ${this.live.get(address)}`);
    }
    this.live.delete(address);
    this.buddy.free(address, order);
  }
}

/** What CREATE asks for. */
export interface Wanted {
  readonly pageShift: number;
  readonly windowBytes: bigint;
  readonly levels: number;
}

/** Log2 of the bytes of each level. */
function levelShiftOf({ pageShift, windowBytes, levels }: Wanted, pageBits: number): number {
  const entryBits = log2Exact(windowBytes) - pageShift;
  return Math.max(Math.trunc((entryBits + levels - 1) / levels) + 3, pageBits);
}

/** Whether a request fails the check of 4.19 that comes after the charge. */
export function reachesTooFar(wanted: Wanted, pageBits: number): boolean {
  const { levels, pageShift } = wanted;
  return (levelShiftOf(wanted, pageBits) - 3) * levels + pageShift >= 55;
}

/** Locked memory charged for a window's tables, the array of userspace addresses apart. */
export function chargeOf(wanted: Wanted, pageBits: number, era: EraName): bigint {
  const levelBytes = 1n << BigInt(levelShiftOf(wanted, pageBits));
  const direct = (wanted.windowBytes >> BigInt(wanted.pageShift)) * 8n;
  let table = direct > 4096n ? direct : 4096n;
  let sum = 0n;
  for (let level = 0; level < wanted.levels; level += 1) {
    sum += table % levelBytes === 0n ? table : table - (table % levelBytes) + levelBytes;
    table = (table / levelBytes) * 8n;
    if (era !== '4.2' && table < levelBytes) table = levelBytes;
  }
  return era === '4.2' ? sum : 2n * sum;
}

/** Bytes of a table with every level that a window needs: what 4.2 allocates, and gives back. */
export function wholeTreeBytes(wanted: Wanted, pageBits: number): bigint {
  const levelBytes = 1n << BigInt(levelShiftOf(wanted, pageBits));
  let count = (wanted.windowBytes >> BigInt(wanted.pageShift)) * 8n;
  let blocks = 0n;
  for (let level = 0; level < wanted.levels; level += 1) {
    count = count > levelBytes ? count / levelBytes : 1n;
    blocks += count;
    count *= 8n;
  }
  return blocks * levelBytes;
}

/** The locked memory of a process, in bytes, and what of it nobody will give back. */
export class LockedBooks {
  bytes = 0n;
  leaked = 0n;
  readonly process: Process;

  constructor(process: Process) {
    this.process = process;
  }

  charge(bytes: bigint): void {
    this.bytes += bytes;
  }

  refund(bytes: bigint): void {
    this.bytes = bytes > this.bytes ? 0n : this.bytes - bytes;
  }

  leak(bytes: bigint): void {
    this.bytes += bytes;
    this.leaked += bytes;
  }
}

/** What a table in memory holds. */
export interface TableContents {
  /** Real addresses of all its blocks, the root first. */
  readonly blocks: readonly number[];
  /** TCEs that are not zero, by entry. */
  readonly tces: Map<number, number>;
}

/** Reads a whole table from its root on. */
export function readTable(
  memory: PhysicalMemory,
  root: number,
  levels: number,
  levelBytes: number,
): TableContents {
  const blocks: number[] = [];
  const tces = new Map<number, number>();
  const visit = (table: number, level: number, first: number): void => {
    blocks.push(table);
    forEachWord(memory, table, levelBytes, (index, word) => {
      const entry = first + index;
      if (level === 0) {
        tces.set(entry, word);
        return;
      }
      if ((word & 3) !== 3) throw new Error(`indirect entry ${word} in the table at ${table}`);
      visit(word - 3, level - 1, entry * (levelBytes / 8));
    });
  };
  visit(root, levels - 1, 0);
  return { blocks, tces };
}

/** Memory is kept in frames of this size; each lies in one piece. */
const FRAME_BYTES = 65_536;

function forEachWord(
  memory: PhysicalMemory,
  address: number,
  bytes: number,
  visit: (index: number, word: number) => void,
): void {
  const { cells } = memory;
  const step = Math.min(bytes, FRAME_BYTES);
  for (let offset = 0; offset < bytes; offset += step) {
    const from = address + offset;
    const at = memory.find(Math.floor(from / 2 ** 32), from >>> 0);
    for (let cell = 0; cell < step / 4; cell += 2) {
      if ((cells[at + cell] | cells[at + cell + 1]) === 0) continue;
      const upper = bigEndian(cells[at + cell]) >>> 0;
      visit((offset + cell * 4) / 8, upper * 2 ** 32 + (bigEndian(cells[at + cell + 1]) >>> 0));
    }
  }
}

/** A TVE in the layout of skiboot's registers: root, levels, size of a level, IO page. */
export function tveOf(table: {
  root: bigint;
  levels: number;
  levelBytes: number;
  pageShift: number;
}): bigint {
  const tableSize = BigInt(Math.log2(table.levelBytes) - 11);
  const levels = BigInt(table.levels - 1);
  return (
    ((table.root >> 12n) << 16n) |
    (levels << 13n) |
    (tableSize << 8n) |
    BigInt(table.pageShift - 11)
  );
}
