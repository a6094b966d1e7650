/**
 * The lines that walks are fetching, by tag: a request for another TCE of such a line can wait for it
 * instead of fetching the line again. Tags leave as they are used again.
 */
import { clampPast } from '../clock.ts';
import { lineKeyHigh, lineKeyLow, PE_MASK, peKey, TVE_MASK, tveKey } from '../lookup/key.ts';
import { KeyChains, NO_SLOT } from '../lookup/key-chains.ts';
import { LINE_TCE_BITS } from '../lookup/tce-line.ts';
import type { StateWriter } from '../state-writer.ts';

export class Fetches {
  /** Real address of each tag's line, in halves, and when it arrives. */
  readonly lineLow: Int32Array;
  readonly lineHigh: Int32Array;
  readonly arrives: Int32Array;
  /** Tags whose line others may merge with, by the line's key. */
  private readonly keys: KeyChains;

  constructor(tags: number) {
    const column = () => new Int32Array(Math.max(32, tags));
    this.lineLow = column();
    this.lineHigh = column();
    this.arrives = column();
    this.keys = new KeyChains(tags);
  }

  /** The tag that fetches the line of a page and will have it after `looked`; -1 if none. */
  find(tve: number, pageHigh: number, pageLow: number, looked: number): number {
    const tag = this.keys.find(lineKeyHigh(tve, pageHigh), lineKeyLow(pageHigh, pageLow));
    return tag !== NO_SLOT && this.arrives[tag] > looked ? tag : NO_SLOT;
  }

  /** A tag was taken: what it fetched before is here. */
  retire(tag: number): void {
    if (this.keys.isLinked(tag)) this.keys.unlink(tag);
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
    this.keys.link(tag, lineKeyHigh(tve, pageHigh), lineKeyLow(pageHigh, pageLow));
    this.lineHigh[tag] = lineHigh;
    this.lineLow[tag] = lineLow;
    this.arrives[tag] = arrives;
  }

  /** Nobody merges any more with the fetches whose key's high half is `high` under `mask`. */
  dropWhere(mask: number, high: number): void {
    for (let tag = 0; tag < this.keys.slots; tag += 1) {
      if (this.keys.matches(tag, mask, high)) this.keys.unlink(tag);
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
    for (let tag = 0; tag < this.keys.slots; tag += 1) {
      if (this.keys.isWithin(tag, high, from, to)) this.keys.unlink(tag);
    }
  }

  /**
   * Lines on their way. Of those with one key only the last can be found, and the others were here when it was
   * sent for. Tags are not told: one is taken again when its line is here, and nobody finds that any more. Nor
   * are addresses: where a line stands is what the tables say, which only software changes.
   */
  writeState(state: StateWriter): void {
    const tags = Array.from({ length: this.keys.slots }, (_, tag) => tag);
    const isLast = (tag: number) =>
      this.keys.find(this.keys.highOf(tag), this.keys.lowOf(tag)) === tag;
    const open = tags.filter((tag) => isLast(tag) && this.arrives[tag] > state.floor);
    const order = (a: number, b: number) =>
      this.keys.highOf(a) - this.keys.highOf(b) || this.keys.lowOf(a) - this.keys.lowOf(b);
    for (const tag of open.sort(order)) {
      state.number(this.keys.highOf(tag));
      state.number(this.keys.lowOf(tag));
      state.time(this.arrives[tag]);
    }
    state.number(-1);
  }

  rebase(cycles: number): void {
    clampPast(this.arrives, cycles);
  }
}
