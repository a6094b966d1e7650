/** What is timed: a case, and the same case with everything ready that its time does not count. */

export interface BenchCase {
  /** `group: what`, as `--cases` chooses it. */
  readonly name: string;
  /** What one run does many of, as requests. */
  readonly unit: string;
  /** Makes tables, traces and what else a run needs. */
  prepare(): Promise<PreparedCase> | PreparedCase;
}

export interface PreparedCase {
  /** How many units one run does; of some cases that is known after the first. */
  readonly amount: number;
  /** Does all of it once more. */
  run(): Promise<void> | void;
  /** Digest of what was answered since the case was prepared; the same after as many runs. */
  digest(): Promise<string> | string;
  /** Processor time in microseconds that children of this process spent since the case was prepared. */
  readonly childMicroseconds?: number;
}

/** What all cases are made for. */
export interface BenchSize {
  /** Requests, rows or lines of a run; cases whose tables would fill memory do a part of them. */
  readonly requests: number;
  /** Directory for traces and logs, which the caller removes. */
  readonly folder: string;
}
