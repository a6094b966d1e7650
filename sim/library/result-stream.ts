/** Items that come while some work goes on, and what it ends with: `for await (const item of stream)`. */
import { laterForCaller } from './caller.ts';
import { StreamOutlet } from './stream-outlet.ts';

/**
 * Items of some work. It begins with the first that is asked for, goes on as they are taken, and stops where a loop
 * breaks. Another loop begins anew.
 */
export class ResultStream<Item, Result> implements AsyncIterable<Item> {
  private ended: Result | undefined;

  /** @internal */
  constructor(private readonly work: (outlet: StreamOutlet<Item>) => Promise<Result>) {}

  /** The result, once a loop has come to its end; undefined before that, and where a loop was left early. */
  get result(): Result | undefined {
    return this.ended;
  }

  /** The items in their order. Throws InputError on what cannot be used. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, void> {
    this.ended = undefined;
    const outlet = new StreamOutlet<Item>();
    const working = laterForCaller(() => this.work(outlet)).finally(() => outlet.end());
    // Who takes items learns of an error behind the last of them, not before.
    working.catch(() => {});
    try {
      for (let items = await outlet.taken(); items; items = await outlet.taken()) yield* items;
      this.ended = await working;
    } finally {
      outlet.stop();
      await working.catch(() => {});
    }
  }
}
