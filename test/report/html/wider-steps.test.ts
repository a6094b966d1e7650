/** A timeline that is drawn wider than it was made, beside one that was made so. */
import { expect, test } from 'vitest';
import { inWiderSteps, widening } from '../../../sim/page/wider-steps.ts';
import { LogTimeline } from '../../../sim/report/html/log-timeline.ts';
import { STEPS_DRAWN, type Timeline } from '../../../sim/report/html/page-data.ts';
import { randomOf } from '../../../traces/random.ts';

const SIMULATED_NS = 5_000_000;

/** The same requests and kills, in as many steps as a run of so many requests has. */
function timelineFor(requests: number): Timeline {
  const made = new LogTimeline(SIMULATED_NS, requests);
  const random = randomOf('wider steps');
  const below = (limit: number) => Math.floor(random() * limit);
  for (let request = 0; request < 3000; request += 1) {
    const arriveNs = below(SIMULATED_NS - 100_000);
    made.add(below(6), arriveNs, 10 + below(90_000));
  }
  const counts = Array.from({ length: 40 }, () => below(5));
  made.addKills(
    { phb: 0, stepCycles: 62_500, counts, busyCycles: counts.map((count) => 900 * count) },
    2,
  );
  return made.timeline;
}

test.each([2, 4, 8])('%i steps put together tell what one tells', (factor) => {
  const fine = inWiderSteps(timelineFor(4 * STEPS_DRAWN * factor), factor);
  const coarse = timelineFor(4 * STEPS_DRAWN);
  expect(fine.mean.length).toBe(STEPS_DRAWN);
  expect(fine.stepNs).toBe(coarse.stepNs);
  expect(fine.kinds).toEqual(coarse.kinds);
  expect(fine.max).toEqual(coarse.max);
  // What is kept of each step is rounded: latency to 0.1 ns, what is under way to 1e-5, kills to 1e-3.
  expect(differences(fine.mean, coarse.mean)).toBeLessThanOrEqual(0.11);
  expect(differences(fine.inFlight, coarse.inFlight)).toBeLessThanOrEqual(2e-5);
  expect(differences(fine.kills?.counts ?? [], coarse.kills?.counts ?? [])).toBeLessThan(0.005);
  expect(differences(fine.kills?.onWay ?? [], coarse.kills?.onWay ?? [])).toBeLessThan(0.002);
});

test.each([
  [8, 1],
  [STEPS_DRAWN, 1],
  [STEPS_DRAWN + 1, 2],
  [2 * STEPS_DRAWN, 2],
  [2 * STEPS_DRAWN + 1, 4],
  [8 * STEPS_DRAWN, 8],
])('a stretch of %i steps is drawn in steps %i times as wide', (steps, factor) => {
  expect(widening(steps)).toBe(factor);
});

test('a run of many requests has no more steps than a page should hold', () => {
  expect(new LogTimeline(1e9, 50e6).timeline.mean.length).toBe(8 * STEPS_DRAWN);
});

/** The largest one; a step that has nothing must have nothing in both. */
function differences(some: readonly (number | null)[], others: readonly (number | null)[]): number {
  expect(some.length).toBe(others.length);
  return Math.max(
    ...some.map((one, at) => {
      const other = others[at];
      if (one === null || other === null) return one === other ? 0 : Number.POSITIVE_INFINITY;
      return Math.abs(one - other);
    }),
  );
}
