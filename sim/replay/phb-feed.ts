/**
 * The items of one PHB on their way into chunks. A chunk that has no room for the longest item is full; who adds
 * an item has asked for room before.
 */
import type { TraceBatch } from '../../traces/format.ts';
import { ITEM_ASSIGN, ITEM_CONTROL, ITEM_LEAP, QUAD } from '../unit/items.ts';
import { firstCell } from './chunk-writer.ts';
import type { Chunks } from './chunks.ts';
import { CHUNK_CELLS } from './shared-layout.ts';

const NO_CHUNK = -1;
const NO_PE = -1;
const RIDS = 65_536;
const HALF = 2 ** 32;
/** Cells of the longest item. */
const ITEM_CELLS_MAX = 2 * QUAD;

export class PhbFeed {
  readonly items: Int32Array;
  /** The PE# that each RID was given last; negative for those without one. */
  readonly peOf = new Int32Array(RIDS).fill(NO_PE);
  /** The unit's cycle of the last item. */
  cycle = 0;
  /** The next free cell of the open chunk. */
  at = 0;
  /** The first cell behind the open chunk. */
  private end = 0;
  private chunk = NO_CHUNK;

  constructor(
    readonly phb: number,
    private readonly chunks: Chunks,
  ) {
    this.items = chunks.items;
  }

  /** Items of one quad that the open chunk has room for. */
  get quads(): number {
    return (this.end - this.at) / QUAD;
  }

  /** Whether there is room for an item; opens another chunk for it if one is free. */
  hasRoom(): boolean {
    if (this.at + ITEM_CELLS_MAX <= this.end) return true;
    this.handOut();
    const chunk = this.chunks.tryTake();
    if (chunk === undefined) return false;
    this.chunk = chunk;
    this.at = firstCell(chunk);
    this.end = this.at + CHUNK_CELLS;
    return true;
  }

  /** Hands on the open chunk as it is. */
  handOut(): void {
    if (this.chunk === NO_CHUNK) return;
    this.chunks.publish(this.chunk, this.phb, this.at - firstCell(this.chunk));
    this.chunk = NO_CHUNK;
    this.at = 0;
    this.end = 0;
  }

  /** Time leaps to a cycle. */
  addLeap(cycle: number): void {
    const cycles = cycle - this.cycle;
    const at = this.claimEmpty();
    this.items[at] = ITEM_LEAP;
    this.items[at + 1] = cycles % HALF;
    this.items[at + 2] = Math.floor(cycles / HALF);
    this.cycle = cycle;
  }

  /** Firmware gives a RID its PE#. */
  addAssignment(rid: number, pe: number): void {
    const at = this.claimEmpty();
    this.items[at] = ITEM_ASSIGN;
    this.items[at + 7] = rid | (pe << 16);
    this.peOf[rid] = pe;
  }

  /** A row that is no DMA goes to the PHB's lane as it is. */
  addControl(batch: TraceBatch, row: number, cycle: number): void {
    const { items, at } = this;
    items[at] = ITEM_CONTROL | (batch.op[row] << 4);
    items[at + 1] = batch.address[2 * row];
    items[at + 2] = batch.address[2 * row + 1];
    items[at + 3] = cycle - this.cycle;
    items[at + 4] = batch.value[2 * row];
    items[at + 5] = batch.value[2 * row + 1];
    items[at + 6] = batch.length[row];
    items[at + 7] = batch.rid[row] | (batch.pe[row] << 16);
    this.cycle = cycle;
    this.at += ITEM_CELLS_MAX;
  }

  /** Takes the cells of an item of the longest kind, all 0. */
  private claimEmpty(): number {
    const { at } = this;
    this.at += ITEM_CELLS_MAX;
    this.items.fill(0, at, this.at);
    return at;
  }
}
