/**
 * Shards of a study: shard i of n (from 1) has every n-th point from the i-th on, so that dear points, which lie
 * side by side, are spread over all shards. It depends on nothing but the plan.
 */
import { InputError } from '../../models/input-error.ts';

export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** The shard that is a whole study. */
export const WHOLE: Shard = { index: 1, count: 1 };

const SHARDS_MAX = 100_000;

/** Reads `i/n`. Throws InputError on anything else, and where i is not in 1..n. */
export function parseShard(text: string): Shard {
  const [, first = '', second = ''] = /^(\d{1,6})\/(\d{1,6})$/.exec(text.trim()) ?? [];
  const [index, count] = [Number(first), Number(second)];
  if (index >= 1 && index <= count && count <= SHARDS_MAX) return { index, count };
  throw new InputError(`--shard: expected I/N with I from 1 to N, got '${text}'`);
}

/** The points of a shard, in their order. */
export function shardOf<Point>(points: readonly Point[], { index, count }: Shard): Point[] {
  return points.filter((_, at) => at % count === index - 1);
}
