/** Items that come while some work goes on, and what it ends with: `for await (const item of stream)`. */
import { laterForCaller } from './caller.ts';

/** Work that hands items out, and looks at `signal` to see whether anybody wants more. */
export type StreamedWork<Item, Result> = (outlet: StreamOutlet<Item>) => Promise<Result>;

/**
 * Goes on as its items are taken: it begins with the first, and a loop that breaks stops it. Each loop over it
 * begins anew.
 */
export class ResultStream<Item, Result> implements AsyncIterable<Item> {
  private ended: Result | undefined;

  /** @internal */
  constructor(private readonly work: StreamedWork<Item, Result>) {}

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

/** The side of the work. */
export class StreamOutlet<Item> {
  private waiting: Item[] = [];
  private isEnded = false;
  private readonly stopping = new AbortController();
  /** Who waits for a change. */
  private sleepers: (() => void)[] = [];

  /** Aborted when nobody wants more. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** Hands items out. */
  add(items: readonly Item[]): void {
    for (const item of items) this.waiting.push(item);
    this.wake();
  }

  /** Resolves when all items are taken, or nobody wants more. */
  async room(): Promise<void> {
    while (this.waiting.length > 0 && !this.signal.aborted) await this.change();
  }

  /** All items that wait, once there are any; undefined at the end. */
  async taken(): Promise<readonly Item[] | undefined> {
    while (this.waiting.length === 0 && !this.isEnded) await this.change();
    const items = this.waiting;
    this.waiting = [];
    this.wake();
    return items.length > 0 ? items : undefined;
  }

  /** Nothing more comes. */
  end(): void {
    this.isEnded = true;
    this.wake();
  }

  /** Nobody wants more. */
  stop(): void {
    this.stopping.abort();
    this.wake();
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.sleepers.push(resolve));
  }

  private wake(): void {
    const { sleepers } = this;
    this.sleepers = [];
    for (const wake of sleepers) wake();
  }
}
