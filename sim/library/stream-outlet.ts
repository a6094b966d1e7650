/** Where work hands its items out, and learns whether anybody wants more. */
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
