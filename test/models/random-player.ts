/** What players of the random tests have in common: dice, a log of their calls, and results that are counted. */
export abstract class RandomPlayer {
  /** The calls, for whoever has to find out what went wrong. */
  readonly log: string[] = [];
  /** Results by call and return code: a test that never fails or never succeeds tests nothing. */
  readonly tally = new Map<string, number>();
  protected readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  /** Enters a call; `what` are its arguments. */
  protected note(call: string, result: number | string, what = ''): void {
    this.log.push(`${call} ${what} -> ${result}`);
    this.count(`${call} ${result}`);
  }

  protected count(key: string): void {
    this.tally.set(key, (this.tally.get(key) ?? 0) + 1);
  }

  protected pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  /** A whole number from 0 on, less than `end`. */
  protected below(end: number): number {
    return Math.floor(this.random() * end);
  }
}
