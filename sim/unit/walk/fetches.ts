/**
 * The lines that walks are fetching, by tag: a request for another TCE of such a line can wait for it
 * instead of fetching the line again. A small hash table, emptied tag by tag as tags are used again.
 */
import { clampPast } from '../clock.ts';
import {
  lineKeyHigh,
  lineKeyLow,
  PAGE_HIGH_BITS,
  PE_MASK,
  peKey,
  TVE_MASK,
  tveKey,
} from '../lookup/key.ts';
import { LINE_TCE_BITS } from '../lookup/tce-line.ts';

const NO_TAG = -1;
/** High half of the key of a tag whose line nobody may merge with. */
const NO_KEY = -1;

export class Fetches {
  /** Real address of each tag's line, in halves, and when it arrives. */
  readonly lineLow: Int32Array;
  readonly lineHigh: Int32Array;
  readonly arrives: Int32Array;
  private readonly keyLow: Int32Array;
  private readonly keyHigh: Int32Array;
  /** The first tag of each chain, and the one behind each tag. */
  private readonly first: Int32Array;
  private readonly next: Int32Array;
  private readonly mask: number;

  constructor(tags: number) {
    const column = () => new Int32Array(Math.max(32, tags));
    const chains = 2 ** Math.ceil(Math.log2(Math.max(32, 2 * tags)));
    this.lineLow = column();
    this.lineHigh = column();
    this.arrives = column();
    this.keyLow = column();
    this.keyHigh = column().fill(NO_KEY);
    this.first = new Int32Array(chains).fill(NO_TAG);
    this.next = column();
    this.mask = chains - 1;
  }

  /** The tag that fetches the line of a page and will have it after `looked`; -1 if none. */
  find(tve: number, pageHigh: number, pageLow: number, looked: number): number {
    const high = lineKeyHigh(tve, pageHigh);
    const low = lineKeyLow(pageHigh, pageLow);
    let tag = this.first[this.chainOf(high, low)];
    while (tag !== NO_TAG) {
      if (this.keyLow[tag] === low && this.keyHigh[tag] === high) break;
      tag = this.next[tag];
    }
    return tag !== NO_TAG && this.arrives[tag] > looked ? tag : NO_TAG;
  }

  /** A tag was taken: what it fetched before is here. */
  retire(tag: number): void {
    if (this.keyHigh[tag] !== NO_KEY) this.unlink(tag);
  }

  /** A tag fetches the line of a page from a real address. */
  start(
    tag: number,
    tve: number,
    pageHigh: number,
    pageLow: number,
    lineHigh: number,
    lineLow: number,
    arrives: number,
  ): void {
    const high = lineKeyHigh(tve, pageHigh);
    const low = lineKeyLow(pageHigh, pageLow);
    const chain = this.chainOf(high, low);
    this.keyHigh[tag] = high;
    this.keyLow[tag] = low;
    this.lineHigh[tag] = lineHigh;
    this.lineLow[tag] = lineLow;
    this.arrives[tag] = arrives;
    this.next[tag] = this.first[chain];
    this.first[chain] = tag;
  }

  /** Nobody merges any more with the fetches whose key's high half is `high` under `mask`. */
  dropWhere(mask: number, high: number): void {
    for (let tag = 0; tag < this.keyHigh.length; tag += 1) {
      const key = this.keyHigh[tag];
      if (key !== NO_KEY && (key & mask) === high) this.unlink(tag);
    }
  }

  dropAll(): void {
    this.dropWhere(0, 0);
  }

  /** Nor with those for both windows of a PE. */
  dropPe(pe: number): void {
    this.dropWhere(PE_MASK, peKey(pe));
  }

  /** Nor with those for one window. */
  dropTve(tve: number): void {
    this.dropWhere(TVE_MASK, tveKey(tve));
  }

  /** Nor with those for a line that holds one of `pages` pages. */
  dropPages(tve: number, pageHigh: number, pageLow: number, pages: number): void {
    const high = lineKeyHigh(tve, pageHigh);
    const from = lineKeyLow(pageHigh, pageLow) >>> 0;
    const to = from + Math.ceil(pages / 2 ** LINE_TCE_BITS);
    for (let tag = 0; tag < this.keyHigh.length; tag += 1) {
      const low = this.keyLow[tag] >>> 0;
      if (this.keyHigh[tag] === high && low >= from && low < to) this.unlink(tag);
    }
  }

  rebase(cycles: number): void {
    clampPast(this.arrives, cycles);
  }

  private unlink(tag: number): void {
    const chain = this.chainOf(this.keyHigh[tag], this.keyLow[tag]);
    if (this.first[chain] === tag) this.first[chain] = this.next[tag];
    else {
      let before = this.first[chain];
      while (this.next[before] !== tag) before = this.next[before];
      this.next[before] = this.next[tag];
    }
    this.keyHigh[tag] = NO_KEY;
  }

  private chainOf(high: number, low: number): number {
    return (low ^ (low >>> 7) ^ (high >>> (PAGE_HIGH_BITS - 2))) & this.mask;
  }
}
