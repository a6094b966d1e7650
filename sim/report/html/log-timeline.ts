/** Simulated time in equal steps: what arrived in each, how long that took, and how much was under way. */
import type { KillStepsRecord } from '../../replay/kill-steps.ts';
import { OUTCOME_KINDS } from './outcome-kinds.ts';
import { STEPS_DRAWN, type Timeline } from './page-data.ts';

/** So many times as many as are drawn, for those who look closer. */
const FINER_MAX = 8;
/** Of few requests, each would be a hair. */
const STEPS_MIN = 48;
const REQUESTS_A_STEP = 4;

export class LogTimeline {
  private readonly steps: number;
  private readonly stepNs: number;
  private readonly counts: readonly Float64Array[];
  private readonly requests: Float64Array;
  private readonly sumNs: Float64Array;
  private readonly maxNs: Float64Array;
  /** ns that requests were under way in the steps where they began or ended. */
  private readonly partlyNs: Float64Array;
  /** Changes in the number of requests that were under way for all of a step. */
  private readonly change: Float64Array;
  /** Kills that arrived, and how many were on their way; absent: there were none. */
  private kills: { readonly counts: Float64Array; readonly onWay: Float64Array } | undefined;

  /** A timeline of a run of so many ns, and of about so many requests. */
  constructor(simulatedNs: number, requests: number) {
    this.steps = stepsFor(requests);
    this.stepNs = Math.max(simulatedNs, 1) / this.steps;
    this.counts = OUTCOME_KINDS.map(() => new Float64Array(this.steps));
    this.requests = new Float64Array(this.steps);
    this.sumNs = new Float64Array(this.steps);
    this.maxNs = new Float64Array(this.steps);
    this.partlyNs = new Float64Array(this.steps);
    this.change = new Float64Array(this.steps + 1);
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

  /** Kills of a PHB, in steps of their own: what falls on a border is shared out. */
  addKills({ stepCycles, counts, busyCycles }: KillStepsRecord, cycleNs: number): void {
    const { steps, stepNs } = this;
    this.kills ??= { counts: new Float64Array(steps), onWay: new Float64Array(steps) };
    const wideNs = stepCycles * cycleNs;
    for (let theirs = 0; theirs < counts.length; theirs += 1) {
      const [fromNs, untilNs] = [theirs * wideNs, (theirs + 1) * wideNs];
      const busyNs = (busyCycles[theirs] ?? 0) * cycleNs;
      const last = this.stepAt(untilNs);
      for (let step = this.stepAt(fromNs); step <= last; step += 1) {
        const begin = Math.max(fromNs, step * stepNs);
        // What lies behind the last step belongs to it.
        const end = step === steps - 1 ? untilNs : Math.min(untilNs, (step + 1) * stepNs);
        const share = Math.max(0, end - begin) / wideNs;
        this.kills.counts[step] += counts[theirs] * share;
        this.kills.onWay[step] += (busyNs * share) / stepNs;
      }
    }
  }

  get timeline(): Timeline {
    const { stepNs } = this;
    const perRequest = (sums: Float64Array, by: (step: number) => number) =>
      Array.from(sums, (sum, step) => (this.requests[step] === 0 ? null : tenth(sum / by(step))));
    let whole = 0;
    const inFlight = Array.from(this.partlyNs, (ns, step) => {
      whole += this.change[step];
      // A sample of a thousandth is scaled up a thousand times.
      return Math.round((whole + ns / stepNs) * 1e5) / 1e5;
    });
    return {
      stepNs,
      kinds: OUTCOME_KINDS.map((kind, at) => ({ kind, counts: [...this.counts[at]] })).filter(
        ({ counts }) => counts.some((count) => count > 0),
      ),
      mean: perRequest(this.sumNs, (step) => this.requests[step]),
      max: perRequest(this.maxNs, () => 1),
      inFlight,
      kills:
        this.kills === undefined
          ? null
          : {
              counts: Array.from(this.kills.counts, thousandth),
              onWay: Array.from(this.kills.onWay, thousandth),
            },
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
    return Math.min(this.steps - 1, Math.floor(ns / this.stepNs));
  }
}

/** More than a drawing has room for are a power of two times as many, so that they can be put together. */
function stepsFor(requests: number): number {
  const wanted = Math.max(STEPS_MIN, Math.round(requests / REQUESTS_A_STEP));
  if (wanted < STEPS_DRAWN) return wanted;
  return STEPS_DRAWN * Math.min(FINER_MAX, 2 ** Math.floor(Math.log2(wanted / STEPS_DRAWN)));
}

function thousandth(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
