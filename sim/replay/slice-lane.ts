/**
 * The worker of a slice: replays its own rows, reports them, and waits for orders until it is no longer
 * needed. It lies beside lane.ts because its unit's module is found from here.
 */
import type { MessagePort } from 'node:worker_threads';
import { isForUser } from './lane-error.ts';
import { rowWatch, type WatchBuffers } from './shared-watch.ts';
import {
  type Interval,
  NoSlice,
  Slice,
  type SliceEnd,
  type SliceReport,
  type SliceTask,
} from './slices/slice.ts';

/** A slice as it goes to its worker. */
export interface SliceLaneTask extends SliceTask, WatchBuffers {
  /** Number of the slice. */
  readonly lane: number;
  /** Brings orders, and takes what they ask for. */
  readonly orders: MessagePort;
}

/** What the main thread wants. */
export type SliceOrder =
  | { readonly kind: 'goOn'; readonly end: number }
  | { readonly kind: 'finish' }
  | { readonly kind: 'leave' };

/** What it gets: first the report, then an answer to each order but the last. */
export type SliceMessage = SliceReport | Interval | SliceEnd;

/** Why a slice gave up: the trace, or the machine, is not for slices. */
export interface SliceLaneAnswer {
  readonly failure?: string;
}

/** Replays a slice until it may leave. */
export default async function replaySlice(task: SliceLaneTask): Promise<SliceLaneAnswer> {
  try {
    await serve(task);
    return {};
  } catch (error) {
    if (!(error instanceof NoSlice || isForUser(error))) throw error;
    return { failure: error.message };
  }
}

async function serve(task: SliceLaneTask): Promise<void> {
  const { orders } = task;
  const slice = await Slice.create(task, rowWatch(task, task.lane));
  const answer = (message: SliceMessage) => orders.postMessage(message);
  try {
    answer(slice.report());
    for (let order = await next(orders); order.kind !== 'leave'; order = await next(orders)) {
      answer(order.kind === 'goOn' ? slice.goOn(order.end) : slice.finish());
    }
  } finally {
    slice.close();
    orders.close();
  }
}

function next(orders: MessagePort): Promise<SliceOrder> {
  return new Promise((resolve) => orders.once('message', resolve));
}
