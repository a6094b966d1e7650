/** The pages of a set in rising order, as runs of neighbours. */
import { lowestBit } from '../../models/memory/bit-set.ts';
import { BLOCK_PAGES, BLOCK_WORDS, type PageBlocks } from './page-bits.ts';

const WORD_PAGES = 32;
const ALL = -1;

export class PageRuns {
  /** First page of the run. */
  first = 0;
  /** Pages of the run. */
  pages = 0;
  /** What is left of the neighbours at hand. */
  private next = 0;
  private end = 0;
  /** The word at hand, its first page, and its bits that nobody looked at yet. */
  private at = -1;
  private wordStart = 0;
  private bits = 0;

  /** Runs of at most `pagesMax` pages. */
  constructor(
    private readonly blocks: PageBlocks,
    private readonly pagesMax: number,
  ) {}

  /** Goes on to the first run, or the next; false behind the last. */
  turn(): boolean {
    if (this.next === this.end && !this.findNeighbours()) return false;
    this.first = this.next;
    this.pages = Math.min(this.end - this.next, this.pagesMax);
    this.next += this.pages;
    return true;
  }

  private findNeighbours(): boolean {
    while (this.bits === 0) {
      if (!this.turnWord()) return false;
    }
    const bit = lowestBit(this.bits);
    this.next = this.wordStart + bit;
    let clear = ~this.bits & (ALL << bit);
    while (clear === 0) {
      this.end = this.wordStart + WORD_PAGES;
      if (!this.turnWord() || this.wordStart !== this.end) return true;
      clear = ~this.bits;
    }
    const endBit = lowestBit(clear);
    this.end = this.wordStart + endBit;
    this.bits &= ALL << endBit;
    return true;
  }

  /** Goes on to the next word; false behind the last, and no bit is left then. */
  private turnWord(): boolean {
    const { numbers, words } = this.blocks;
    this.at += 1;
    const block = Math.floor(this.at / BLOCK_WORDS);
    if (block >= numbers.length) {
      this.bits = 0;
      return false;
    }
    this.wordStart = numbers[block] * BLOCK_PAGES + (this.at - block * BLOCK_WORDS) * WORD_PAGES;
    this.bits = words[this.at];
    return true;
  }
}
