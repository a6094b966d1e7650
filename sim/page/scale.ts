/** Where a value lies on an axis, and which values are worth a line there. */

export interface Scale {
  /** The place of a value. */
  at(value: number): number;
  /** The value of a place. */
  valueAt(place: number): number;
  readonly ticks: readonly number[];
}

/** A stretch of values, or of places. */
export type Range = readonly [from: number, to: number];

/** Steps that people count in. */
const NICE_STEPS = [1, 2, 2.5, 5, 10];

/** Equal differences at equal distances, some `count` ticks. */
export function linearScale([low, high]: Range, [from, to]: Range, count: number): Scale {
  const span = high > low ? high - low : 1;
  const step = niceStep(span / count);
  const first = Math.ceil(low / step - 1e-9);
  const ticks = Array.from(
    { length: Math.floor((low + span) / step + 1e-9) - first + 1 },
    (_, at) => (first + at) * step,
  );
  return {
    at: (value) => from + ((value - low) / span) * (to - from),
    valueAt: (place) => low + ((place - from) / (to - from)) * span,
    ticks,
  };
}

function niceStep(least: number): number {
  const decade = 10 ** Math.floor(Math.log10(least));
  return (NICE_STEPS.find((step) => step * decade >= least * (1 - 1e-9)) ?? 10) * decade;
}

/** Equal factors at equal distances; what lies below the lowest value lies at its place. */
export function logScale([low, high]: Range, [from, to]: Range): Scale {
  const [first, last] = [Math.log10(low), Math.log10(high > low ? high : low * 10)];
  const place = (value: number) =>
    from + ((Math.log10(Math.max(value, low)) - first) / (last - first)) * (to - from);
  return {
    at: place,
    valueAt: (at) => 10 ** (first + ((at - from) / (to - from)) * (last - first)),
    ticks: logTicks(low, high, last - first),
  };
}

/** 1, 2 and 5 of each decade; of many decades the powers only. */
function logTicks(low: number, high: number, decades: number): number[] {
  const digits = decades > 4 ? [1] : decades > 2.2 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let decade = 10 ** Math.floor(Math.log10(low)); decade <= high; decade *= 10) {
    for (const digit of digits) ticks.push(digit * decade);
  }
  return ticks.filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
}
