/**
 * An experiment of the literature as data: figures that others published, and beside each the way to ours. A
 * figure comes from a replay of an ordinary scenario, or from a model that needs no clock.
 */
import type { Result } from '../results/result-schema.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** How our figure comes about. */
export type Measure =
  | {
      readonly kind: 'replay';
      readonly scenario: Scenario;
      /** The figure, in the unit of the row. */
      readonly figure: (result: Result) => number;
    }
  | { readonly kind: 'model'; readonly figure: () => number | Promise<number> };

/** One published figure. */
export interface Row {
  /** `R1.HSW.1M`. */
  readonly id: string;
  readonly published: number;
  readonly unit: string;
  /** Largest deviation, as a share of the published figure; 0: it must be the same number. */
  readonly tolerance: number;
  readonly measure: Measure;
  /** Why it is off, where that is known: a known deviation, which is out of tolerance like any other. */
  readonly cause?: string;
  /** Where it stands in the figure of its experiment: the series, and the place on the horizontal axis. */
  readonly at?: { readonly series: string; readonly x: number };
  /** What of our side was taken from this very figure, or chosen to meet it: then it is no prediction. */
  readonly calibrated?: string;
}

/** The axes of a figure: their words with units, and where the vertical one begins. */
export interface Axes {
  readonly x: string;
  readonly y: string;
  readonly yFrom: number;
}

export interface Experiment {
  /** `R1`. */
  readonly id: string;
  readonly title: string;
  /** Who published the figures, and where. */
  readonly source: string;
  /** What a reader has to know of it: what its names stand for, and what it is evidence of. */
  readonly about?: string;
  readonly rows: readonly Row[];
  /** Of experiments that are drawn, too. */
  readonly axes?: Axes;
  /**
   * The scenario of any point of the experiment by the names behind its id, also of points that are no row:
   * `['HSW', '6M']`. Undefined for names that it does not know.
   */
  readonly scenarioOf?: (names: readonly string[]) => Scenario | undefined;
}

/** A published figure with ours beside it. */
export interface Verdict {
  readonly row: Row;
  readonly simulated: number;
  /** simulated / published - 1; of a published 0 the difference itself. */
  readonly deviation: number;
  readonly ok: boolean;
}

/** Compares our figure with the published one. */
export function judge(row: Row, simulated: number): Verdict {
  const { published, tolerance } = row;
  const deviation = published === 0 ? simulated : simulated / published - 1;
  return { row, simulated, deviation, ok: Math.abs(deviation) <= tolerance };
}
