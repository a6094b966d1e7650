/** A timeline that grows by one request or kill after the other, in one of the formats. */
import type { TimelineItem } from './content.ts';

export interface TimelineDrawing {
  /** Events so far, which are never more than the limit. */
  readonly events: number;
  /** Draws an item, whole; answers false, and leaves it out, where its events would go past the limit. */
  add(item: TimelineItem): boolean;
  /** The file, piece by piece, once nothing is added any more. */
  text(facts: Readonly<Record<string, unknown>>, cutAt: number | undefined): Iterable<string>;
}
