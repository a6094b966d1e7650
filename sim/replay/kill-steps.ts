/**
 * When a PHB's TCE kills ran, in equal steps of simulated time. How long a run is nobody knows before its end: the
 * steps become twice as wide whenever there are too many.
 */

const STEPS_MAX = 1024;
/** A step at first; a kill takes some hundred cycles. */
const FIRST_CYCLES = 256;

/** Kills by steps, as plain data. */
export interface KillStepsRecord {
  readonly phb: number;
  readonly stepCycles: number;
  /** Kills that arrived in each step. */
  readonly counts: readonly number[];
  /** Cycles that kills were on their way in each step, from arrival until retired, all kills together. */
  readonly busyCycles: readonly number[];
}

export class KillSteps {
  private stepCycles = FIRST_CYCLES;
  private readonly counts: number[] = [];
  private readonly busyCycles: number[] = [];

  /** A kill arrived at an absolute cycle, and was retired at another. */
  add(arrive: number, retired: number): void {
    while (retired >= STEPS_MAX * this.stepCycles) this.widen();
    const { stepCycles } = this;
    this.count(this.counts, Math.floor(arrive / stepCycles), 1);
    for (let from = arrive; from < retired; ) {
      const step = Math.floor(from / stepCycles);
      const until = Math.min(retired, (step + 1) * stepCycles);
      this.count(this.busyCycles, step, until - from);
      from = until;
    }
  }

  /** What there was; undefined: no kill. */
  record(phb: number): KillStepsRecord | undefined {
    const { stepCycles, counts, busyCycles } = this;
    return counts.length === 0 ? undefined : { phb, stepCycles, counts, busyCycles };
  }

  private count(steps: number[], step: number, by: number): void {
    while (steps.length <= step) steps.push(0);
    steps[step] += by;
  }

  private widen(): void {
    this.stepCycles *= 2;
    for (const steps of [this.counts, this.busyCycles]) {
      const half = Math.ceil(steps.length / 2);
      for (let step = 0; step < half; step += 1) {
        steps[step] = steps[2 * step] + (steps[2 * step + 1] ?? 0);
      }
      steps.length = half;
    }
  }
}
