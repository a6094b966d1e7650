/**
 * How slices become one replay, exactly: the state at the end of what is true is compared with the guess at
 * which the next slice began. Equal: that slice is true as well. Different: whoever came there goes on, into
 * that slice, until the states at the end of an interval agree; what the slice had counted up to there is
 * thrown away. So the result is that of one thread, whatever the guesses were worth.
 */
import { longestLatency, mergeBooks, type ShiftedBooks } from './books.ts';
import type { Interval, SliceEnd, SliceReport, SliceState } from './slice.ts';
import type { SlicePlan } from './slice-plan.ts';

/**
 * A unit that is behind by so much may soon cut a wait or stall a requester (T6), which depends on where its
 * origin of time stands. That is no part of the state: who began with the trace then goes on alone.
 */
const LATENCY_CYCLES_MAX = 2 ** 26;

/** A slice, perhaps in another thread. */
export interface SliceRunner {
  report(): Promise<SliceReport>;
  goOn(end: number): Promise<Interval>;
  finish(): Promise<SliceEnd>;
}

/** The one replay that slices were. */
export interface HandOver extends SliceEnd {
  readonly rows: number;
  readonly dmas: number;
  /** Slices that began with a wrong guess. */
  readonly rerun: number;
}

/** An interval that is true, and who replayed it. */
interface TrueInterval extends ShiftedBooks {
  readonly interval: Interval;
  readonly slice: number;
}

/** Replays all slices at the same time, and makes one replay of them. */
export async function handOver(
  runners: readonly SliceRunner[],
  plans: readonly SlicePlan[],
): Promise<HandOver> {
  const reports = await Promise.all(runners.map((runner) => runner.report()));
  const chain = new Chain(runners, reports, plans);
  await chain.follow();
  return chain.close();
}

class Chain {
  /** Who has come furthest in truth, and how much later it was there than he believes. */
  private slice = 0;
  private shiftCycles = 0;
  private intervals: TrueInterval[] = [];
  private rerun = 0;

  constructor(
    private readonly runners: readonly SliceRunner[],
    private readonly reports: readonly SliceReport[],
    private readonly plans: readonly SlicePlan[],
  ) {}

  /** Follows the truth to the end of the trace, or to where the replay was stopped. */
  async follow(): Promise<void> {
    this.add(this.reports[0].intervals);
    for (
      let slice = 1;
      slice < this.reports.length && this.isAt(this.plans[slice].first);
      slice += 1
    ) {
      const { start, intervals } = this.reports[slice];
      if (this.agrees(start)) this.adopt(slice, start, intervals);
      else await this.goInto(slice);
      if (this.dependsOnOrigin()) {
        await this.goOnAlone();
        return;
      }
    }
  }

  /** The trace is over: everything as one. */
  async close(): Promise<HandOver> {
    let end = await this.runners[this.slice].finish();
    if (this.slice !== 0 && longestLatency(end.books) > LATENCY_CYCLES_MAX) {
      await this.goOnAlone();
      end = await this.runners[0].finish();
    }
    const last = { books: end.books, shiftCycles: this.shiftCycles };
    const sum = (of: (interval: Interval) => number) =>
      this.intervals.reduce((total, { interval }) => total + of(interval), 0);
    return {
      ...end,
      books: mergeBooks([...this.intervals, last]),
      rows: sum(({ rows }) => rows),
      dmas: sum(({ dmas }) => dmas),
      rerun: this.rerun,
    };
  }

  /** Goes on into a slice that began wrong, until it is right. */
  private async goInto(slice: number): Promise<void> {
    this.rerun += 1;
    const { intervals } = this.reports[slice];
    for (const [index, guess] of intervals.entries()) {
      const { end } = guess;
      this.add([await this.runners[this.slice].goOn(end)]);
      if (!this.isAt(end)) return;
      if (this.agrees(guess.state)) {
        this.adopt(slice, guess.state, intervals.slice(index + 1));
        return;
      }
    }
  }

  /** Who began with the trace replays the rest of it, and what others replayed is thrown away. */
  private async goOnAlone(): Promise<void> {
    this.rerun = this.reports.length - 1;
    this.intervals = this.intervals.filter(({ slice }) => slice === 0);
    this.slice = 0;
    this.shiftCycles = 0;
    this.add([await this.runners[0].goOn(this.plans.at(-1)?.ends.at(-1) ?? 0)]);
  }

  /** A slice goes on from the true state: at `state` it believes that it is as late as it was there. */
  private adopt(slice: number, state: SliceState, intervals: readonly Interval[]): void {
    const { interval, shiftCycles } = this.last();
    this.shiftCycles = shiftCycles + interval.state.cycle - state.cycle;
    this.slice = slice;
    this.add(intervals);
  }

  private add(intervals: readonly Interval[]): void {
    const { slice, shiftCycles } = this;
    for (const interval of intervals) {
      this.intervals.push({ interval, slice, shiftCycles, books: interval.books });
    }
  }

  private agrees(state: SliceState): boolean {
    return this.last().interval.state.digest === state.digest;
  }

  private isAt(row: number): boolean {
    return this.last().interval.end === row;
  }

  private last(): TrueInterval {
    return this.intervals.at(-1) as TrueInterval;
  }

  /** Whether one of those who began later was far behind. */
  private dependsOnOrigin(): boolean {
    return this.intervals.some(
      ({ slice, books }) => slice !== 0 && longestLatency(books) > LATENCY_CYCLES_MAX,
    );
  }
}
