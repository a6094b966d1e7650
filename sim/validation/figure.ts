/** What a figure of an experiment shows, before any drawing: published values and ours over windows. */
import type { Axes, Verdict } from './experiment.ts';
import type { Outcome } from './validation-report.ts';

/** A published value with ours at a place of the horizontal axis. */
export interface Point {
  readonly x: number;
  readonly published: number;
  readonly simulated: number;
  /** Ours was made to meet the published one: no prediction. */
  readonly isCalibrated: boolean;
}

/** The rows of a series, in the order of their windows. */
export interface Panel {
  readonly title: string;
  readonly points: readonly Point[];
}

export interface Figure {
  readonly title: string;
  readonly axes: Axes;
  readonly panels: readonly Panel[];
  /** Lines below: who published, what made ours, what was fitted. */
  readonly caption: readonly string[];
}

/** The figure of an experiment that says how it is drawn; undefined of others. */
export function figureOf({ experiment, verdicts }: Outcome): Figure | undefined {
  const { id, title, source, axes } = experiment;
  if (axes === undefined) return undefined;
  const series = new Set(verdicts.flatMap(({ row }) => row.at?.series ?? []));
  const reasons = new Set(verdicts.flatMap(({ row }) => row.calibrated ?? []));
  return {
    title: `${id}: ${title}`,
    axes,
    panels: [...series].map((name) => panelOf(name, verdicts)),
    caption: [
      `Published: ${source}. Simulated: tcesim validate --only ${id}.`,
      ...[...reasons].map((reason) => `Calibrated: ${reason}.`),
    ],
  };
}

function panelOf(title: string, verdicts: readonly Verdict[]): Panel {
  const points = verdicts.flatMap(({ row, simulated }) => {
    const { at, published, calibrated } = row;
    if (at?.series !== title) return [];
    return [{ x: at.x, published, simulated, isCalibrated: calibrated !== undefined }];
  });
  return { title, points: points.sort((one, other) => one.x - other.x) };
}
