/** What the calls of a replay's software were answered: how often what, and the first reason in words. */
import { type CallResult, isRefusal } from '../../models/kernel/call-result.ts';

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

  /** Counts what a call was answered, and hands it on. */
  note<Outputs extends object>(call: string, result: CallResult<Outputs>): CallResult<Outputs> {
    if (isRefusal(result)) this.add(call, result.errno ?? `rc=${result.rc}`, result.reason);
    else this.add(call, 'ok');
    return result;
  }

  private add(call: string, answer: string, reason = ''): void {
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
