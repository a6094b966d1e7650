/** Tracks for what overlaps: each stretch of time goes to the first track that is free. */
import type { Span } from './passage.ts';

export class Lanes {
  private readonly freeAt: number[] = [];

  /** The number of the track of a stretch that begins no sooner than those before. */
  take({ from, until }: Span): number {
    const free = this.freeAt.findIndex((at) => at <= from);
    const lane = free < 0 ? this.freeAt.length : free;
    this.freeAt[lane] = until;
    return lane;
  }
}
