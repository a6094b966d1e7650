/** What a study or a run was asked, by dotted keys, and where two were asked otherwise. */
import { type FigureValue, valuesByKey } from '../results/figure.ts';

/** Something that was asked otherwise; null: one side does not say it. */
export interface Asked {
  readonly key: string;
  readonly base: FigureValue;
  readonly now: FigureValue;
}

/** What a plan asks, as results keep it: `vary.levels` is `1 2 3`. Thresholds ask nothing. */
export function askedByPlan(plan: Readonly<Record<string, unknown>>): Map<string, FigureValue> {
  const { thresholds: _thresholds, vary, ...rest } = plan;
  const listed = Object.entries(vary ?? {}).map(([axis, values]) => [
    axis,
    [values].flat().join(' '),
  ]);
  return valuesByKey({ ...rest, vary: Object.fromEntries(listed) });
}

/** The keys with another value on the other side, those of the first side in front. */
export function askedOtherwise(
  base: ReadonlyMap<string, FigureValue>,
  now: ReadonlyMap<string, FigureValue>,
): Asked[] {
  return [...new Set([...base.keys(), ...now.keys()])]
    .map((key) => ({ key, base: base.get(key) ?? null, now: now.get(key) ?? null }))
    .filter((each) => each.base !== each.now);
}
