/**
 * A set of pages of a window, a bit a page. Windows are large and traces touch little of them, so the bits stand
 * in blocks, which come into being with their first page; a block stands for about as many pages as a leaf of
 * a TCE table does.
 */

import { BlockPlaces } from './block-places.ts';

/** Pages of a block. */
const BLOCK_SHIFT = 13;
export const BLOCK_PAGES = 2 ** BLOCK_SHIFT;
/** Words of a block. */
export const BLOCK_WORDS = BLOCK_PAGES / 32;

/** A finished set, which any thread can read. */
export interface PageBlocks {
  /** Numbers of the blocks that have pages, rising: block n begins with page n * BLOCK_PAGES. */
  readonly numbers: Float64Array;
  /** Their bits in the same order, BLOCK_WORDS each; bit n of a word is its page n. */
  readonly words: Int32Array;
}

export class PageBits {
  private readonly places = new BlockPlaces();
  private words = new Int32Array(BLOCK_WORDS);
  /** The block that was used last, and its first word. */
  private number = -1;
  private first = 0;

  get isEmpty(): boolean {
    return this.places.size === 0;
  }

  /** Puts a page in. */
  set(page: number): void {
    const number = Math.floor(page / BLOCK_PAGES);
    if (number !== this.number) this.turnTo(number);
    const bit = page - number * BLOCK_PAGES;
    this.words[this.first + (bit >>> 5)] |= 1 << (bit & 31);
  }

  /** The set as it is now. */
  blocks(): PageBlocks {
    const numbers = this.places.all().sort();
    const words = new Int32Array(new SharedArrayBuffer(this.places.size * BLOCK_WORDS * 4));
    for (let at = 0; at < numbers.length; at += 1) {
      const first = this.places.placeOf(numbers[at]) * BLOCK_WORDS;
      words.set(this.words.subarray(first, first + BLOCK_WORDS), at * BLOCK_WORDS);
    }
    return { numbers, words };
  }

  private turnTo(number: number): void {
    this.number = number;
    this.first = this.places.placeOf(number) * BLOCK_WORDS;
    if (this.first === this.words.length) {
      const grown = new Int32Array(2 * this.words.length);
      grown.set(this.words);
      this.words = grown;
    }
  }
}
