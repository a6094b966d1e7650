/**
 * The traces of a sweep that are decoded: each once, for as long as points are left that want it, and together
 * within a limit of memory. A trace that finds no room is not shared.
 */

import { type SharedTrace, sharedBytes, shareTrace } from './shared-trace.ts';
import { openRecipe, recipeKey, type TraceRecipe } from './trace-choice.ts';

/** Memory of all decoded traces: 30 million rows. */
const SHARED_BYTES_MAX = 2 ** 30;

export class TraceRoom {
  /** Points by recipe that are still to come. */
  private readonly wanted = new Map<string, number>();
  private readonly traces = new Map<string, Promise<SharedTrace | undefined>>();
  private bytes = 0;

  constructor(recipes: readonly TraceRecipe[]) {
    for (const recipe of recipes) {
      const key = recipeKey(recipe);
      this.wanted.set(key, (this.wanted.get(key) ?? 0) + 1);
    }
  }

  /** The decoded trace of a recipe; undefined where workers read it by themselves. */
  take(recipe: TraceRecipe): Promise<SharedTrace | undefined> {
    const key = recipeKey(recipe);
    const known = this.traces.get(key);
    if (known) return known;
    const decoding = this.decode(recipe);
    this.traces.set(key, decoding);
    return decoding;
  }

  /** A point is done with its trace. */
  async giveBack(recipe: TraceRecipe): Promise<void> {
    const key = recipeKey(recipe);
    const left = (this.wanted.get(key) ?? 1) - 1;
    this.wanted.set(key, left);
    if (left > 0) return;
    const trace = await this.traces.get(key);
    this.traces.delete(key);
    if (trace) this.bytes -= sharedBytes(trace);
  }

  private async decode(recipe: TraceRecipe): Promise<SharedTrace | undefined> {
    try {
      const trace = await shareTrace(await openRecipe(recipe), SHARED_BYTES_MAX - this.bytes);
      if (trace) this.bytes += sharedBytes(trace);
      return trace;
    } catch {
      // The worker meets the same error, and tells it as the point's.
      return undefined;
    }
  }
}
