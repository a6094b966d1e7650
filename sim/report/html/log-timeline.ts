/** Simulated time in equal steps: what arrived in each, how long that took, and how much was under way. */
import { OUTCOME_KINDS } from './outcome-kinds.ts';
import type { Timeline } from './page-data.ts';

/** More steps than a screen has room for: a reader may zoom. */
const STEPS = 720;

export class LogTimeline {
  private readonly stepNs: number;
  private readonly counts = OUTCOME_KINDS.map(() => new Float64Array(STEPS));
  private readonly requests = new Float64Array(STEPS);
  private readonly sumNs = new Float64Array(STEPS);
  private readonly maxNs = new Float64Array(STEPS);
  /** ns that requests were under way in the steps where they began or ended. */
  private readonly partlyNs = new Float64Array(STEPS);
  /** Changes in the number of requests that were under way for all of a step. */
  private readonly change = new Float64Array(STEPS + 1);

  /** A timeline of a run of so many ns. */
  constructor(simulatedNs: number) {
    this.stepNs = Math.max(simulatedNs, 1) / STEPS;
  }

  /** A request of a kind that arrived and took so long. */
  add(kind: number, arriveNs: number, latencyNs: number): void {
    const step = this.stepAt(arriveNs);
    this.counts[kind][step] += 1;
    this.requests[step] += 1;
    this.sumNs[step] += latencyNs;
    this.maxNs[step] = Math.max(this.maxNs[step], latencyNs);
    this.cover(arriveNs, arriveNs + latencyNs);
  }

  get timeline(): Timeline {
    const { stepNs } = this;
    const perRequest = (sums: Float64Array, by: (step: number) => number) =>
      Array.from(sums, (sum, step) => (this.requests[step] === 0 ? null : tenth(sum / by(step))));
    let whole = 0;
    const inFlight = Array.from(this.partlyNs, (ns, step) => {
      whole += this.change[step];
      return hundredth(whole + ns / stepNs);
    });
    return {
      stepNs,
      kinds: OUTCOME_KINDS.map((kind, at) => ({ kind, counts: [...this.counts[at]] })).filter(
        ({ counts }) => counts.some((count) => count > 0),
      ),
      mean: perRequest(this.sumNs, (step) => this.requests[step]),
      max: perRequest(this.maxNs, () => 1),
      inFlight,
    };
  }

  /** A request was under way from one time to another. */
  private cover(fromNs: number, untilNs: number): void {
    const { stepNs } = this;
    const first = this.stepAt(fromNs);
    const last = this.stepAt(untilNs);
    if (first === last) {
      this.partlyNs[first] += untilNs - fromNs;
      return;
    }
    this.partlyNs[first] += (first + 1) * stepNs - fromNs;
    this.partlyNs[last] += untilNs - last * stepNs;
    this.change[first + 1] += 1;
    this.change[last] -= 1;
  }

  private stepAt(ns: number): number {
    return Math.min(STEPS - 1, Math.floor(ns / this.stepNs));
  }
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

function hundredth(value: number): number {
  return Math.round(value * 100) / 100;
}
