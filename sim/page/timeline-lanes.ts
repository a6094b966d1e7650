/** The lanes of the timeline: what each draws over a stretch of simulated time. */
import type { KillSeries, OutcomeKind, Timeline } from '../report/html/page-data.ts';
import { formatCount, formatNs } from '../report/numbers.ts';
import { pathOf } from './axes.ts';
import { svg } from './dom.ts';
import { linearScale, type Range, type Scale } from './scale.ts';
import { requestsAt } from './wider-steps.ts';
import { percent, shortNumber, shortTime } from './words.ts';

/** Steps of the timeline that are shown: from the first to one before the last. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface Lane {
  readonly title: string;
  readonly height: number;
  /** The largest value of a stretch. */
  readonly most: (stretch: Stretch) => number;
  readonly format: (value: number) => string;
  readonly draw: (stretch: Stretch, x: Scale, y: Scale) => SVGElement[];
  /** What the lane shows at a step, in words. */
  readonly at: (step: number) => string;
}

/** All lanes of a timeline, from the top down; `share` of the requests are in it. */
export function lanesOf(timeline: Timeline, share: number): Lane[] {
  const requests = requestsAt(timeline);
  return [
    hitLane(timeline, requests),
    rateLane(timeline, share, requests),
    flightLane(timeline, share),
    latencyLane(timeline),
    ...(timeline.kills === null ? [] : [killLane(timeline.kills)]),
  ];
}

/** The scale of a lane. */
export function laneScale(lane: Lane, stretch: Stretch, places: Range): Scale {
  return linearScale([0, lane.most(stretch) || 1], places, 2);
}

function countsOf({ kinds }: Timeline, kind: OutcomeKind): readonly number[] {
  return kinds.find((each) => each.kind === kind)?.counts ?? [];
}

function hitLane(timeline: Timeline, requests: readonly number[]): Lane {
  const hits = countsOf(timeline, 'hit');
  const rate = requests.map((count, step) => (count === 0 ? null : (hits[step] ?? 0) / count));
  return {
    title: 'TCE cache hit rate',
    height: 92,
    most: () => 1,
    format: (value) => percent(value, 0),
    draw: (stretch, x, y) => [lineOf(rate, stretch, x, y, 'line kind-hit')],
    at: (step) => `hit rate ${rate[step] === null ? '-' : percent(rate[step])}`,
  };
}

/** How many requests arrive, by what became of them. */
function rateLane(timeline: Timeline, share: number, requests: readonly number[]): Lane {
  const perUs = 1000 / timeline.stepNs / share;
  return {
    title: 'requests a microsecond',
    height: 92,
    most: (stretch) => mostOf(requests, stretch) * perUs,
    format: shortNumber,
    draw: ({ from, to }, x, y) => {
      const drawn: SVGElement[] = [];
      const before = requests.map(() => 0);
      for (const { kind, counts } of timeline.kinds) {
        const upper: [number, number][] = [];
        const lower: [number, number][] = [];
        for (let step = from; step < to; step += 1) {
          const base = before[step];
          before[step] += counts[step] * perUs;
          for (const edge of [step, step + 1]) {
            upper.push([x.at(edge), y.at(before[step])]);
            lower.push([x.at(edge), y.at(base)]);
          }
        }
        const path = `${pathOf([...upper, ...lower.reverse()])}Z`;
        drawn.push(svg('path', { d: path, class: `area kind-${kind}` }));
      }
      return drawn;
    },
    at: (step) => {
      const lost = ['fault', 'dropped'] as const;
      const words = lost.flatMap((kind) => {
        const count = countsOf(timeline, kind)[step] ?? 0;
        return count === 0 ? [] : [`, ${formatCount(count)} ${kind}`];
      });
      return `${shortNumber(requests[step] * perUs)} requests/us${words.join('')}`;
    },
  };
}

function flightLane({ inFlight }: Timeline, share: number): Lane {
  const scaled = inFlight.map((count) => count / share);
  return {
    title: 'requests under way',
    height: 92,
    most: (stretch) => mostOf(scaled, stretch),
    format: shortNumber,
    draw: (stretch, x, y) => [
      areaOf(scaled, stretch, x, y, 'area paint-flight'),
      lineOf(scaled, stretch, x, y, 'line paint-flight'),
    ],
    at: (step) => `${shortNumber(scaled[step])} under way`,
  };
}

function latencyLane({ mean, max }: Timeline): Lane {
  return {
    title: 'latency: mean, and the largest',
    height: 92,
    most: (stretch) => mostOf(max, stretch),
    format: shortTime,
    draw: (stretch, x, y) => [
      areaOf(max, stretch, x, y, 'area paint-max'),
      lineOf(mean, stretch, x, y, 'line paint-ink'),
    ],
    at: (step) => {
      const [average, largest] = [mean[step], max[step]];
      if (average === null || largest === null) return 'no request';
      return `latency ${formatNs(average)} ns, at most ${formatNs(largest)} ns`;
    },
  };
}

/** The kill queue, and what is on its way behind it. */
function killLane({ counts, onWay }: KillSeries): Lane {
  return {
    title: 'TCE kills on their way',
    height: 92,
    most: (stretch) => mostOf(onWay, stretch),
    format: shortNumber,
    draw: (stretch, x, y) => [
      areaOf(onWay, stretch, x, y, 'area kind-dropped'),
      lineOf(onWay, stretch, x, y, 'line kind-dropped'),
    ],
    at: (step) => `${shortNumber(counts[step])} kills, ${shortNumber(onWay[step])} on their way`,
  };
}

function mostOf(values: readonly (number | null)[], { from, to }: Stretch): number {
  return values.slice(from, to).reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
}

/** A level line over each step, joined to the next; a gap where there is no value. */
function lineOf(
  values: readonly (number | null)[],
  { from, to }: Stretch,
  x: Scale,
  y: Scale,
  paint: string,
): SVGElement {
  const places = values.slice(from, to).flatMap((value, at) => {
    if (value === null) return [null];
    const [left, right, height] = [x.at(from + at), x.at(from + at + 1), y.at(value)];
    return [[left, height] as const, [right, height] as const];
  });
  return svg('path', { d: pathOf(places), class: paint, fill: 'none' });
}

/** What lies below the values; steps without one are at the bottom. */
function areaOf(
  values: readonly (number | null)[],
  { from, to }: Stretch,
  x: Scale,
  y: Scale,
  paint: string,
): SVGElement {
  const places = values.slice(from, to).flatMap((value, at) => {
    const height = y.at(value ?? 0);
    return [[x.at(from + at), height] as const, [x.at(from + at + 1), height] as const];
  });
  const ends = [[x.at(to), y.at(0)] as const, [x.at(from), y.at(0)] as const];
  return svg('path', { d: `${pathOf([...places, ...ends])}Z`, class: paint });
}
