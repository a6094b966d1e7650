/** What the calls of a replay's software were answered: how often what, and the first reason in words. */

export interface CallCount {
  /** `CREATE`, `MAP`, `H_PUT_TCE`. */
  readonly call: string;
  /** `ok`, or the name of the error. */
  readonly answer: string;
  readonly count: number;
  /** Why, as the first call of this kind was told; empty for `ok`. */
  readonly reason: string;
}

export class CallLog {
  private readonly counts = new Map<string, { count: number; reason: string }>();

  /** Counts an answer. */
  add(call: string, answer: string, reason = ''): void {
    const key = `${call} ${answer}`;
    const known = this.counts.get(key);
    if (known) known.count += 1;
    else this.counts.set(key, { count: 1, reason });
  }

  /** All answers in the order in which each was first given. */
  list(): CallCount[] {
    return [...this.counts].map(([key, { count, reason }]) => {
      const [call, answer] = key.split(' ') as [string, string];
      return { call, answer, count, reason };
    });
  }
}
