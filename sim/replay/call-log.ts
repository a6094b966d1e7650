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

/** A count that goes on; its keys stand in the order of the results. */
interface Tally {
  readonly call: string;
  readonly answer: string;
  count: number;
  readonly reason: string;
}

export class CallLog {
  private readonly tallies = new Map<string, Tally>();
  /** What was counted last: most calls come in rows of the same. */
  private last: Tally | undefined;

  /** Counts what a call was answered, and hands it on. */
  note<Outputs extends object>(call: string, result: CallResult<Outputs>): CallResult<Outputs> {
    if (isRefusal(result)) this.add(call, result.errno ?? `rc=${result.rc}`, result.reason);
    else this.add(call, 'ok');
    return result;
  }

  /** All answers in the order in which each was first given. */
  list(): CallCount[] {
    return [...this.tallies.values()].map((tally) => ({ ...tally }));
  }

  private add(call: string, answer: string, reason = ''): void {
    const isSame = this.last?.call === call && this.last.answer === answer;
    const tally = isSame ? (this.last as Tally) : this.tallyOf(call, answer, reason);
    tally.count += 1;
    this.last = tally;
  }

  private tallyOf(call: string, answer: string, reason: string): Tally {
    const key = `${call} ${answer}`;
    const known = this.tallies.get(key);
    if (known) return known;
    const tally = { call, answer, count: 0, reason };
    this.tallies.set(key, tally);
    return tally;
  }
}
