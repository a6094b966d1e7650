/** Kills in steps of time, against each kill by itself. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KillSteps } from '../../sim/replay/kill-steps.ts';

const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);

test('no kill is no record', () => {
  expect(new KillSteps().record(0)).toBeUndefined();
});

test('every kill stands in the step in which it arrived, its cycles in those that it was on its way', () => {
  const gaps = fc.array(fc.tuple(fc.nat({ max: 9000 }), fc.integer({ min: 1, max: 3000 })), {
    minLength: 1,
    maxLength: 400,
  });
  fc.assert(
    fc.property(gaps, (all) => {
      const steps = new KillSteps();
      let now = 0;
      const kills = all.map(([gap, long]) => {
        now += gap;
        steps.add(now, now + long);
        return { from: now, until: now + long };
      });
      const { phb, stepCycles, counts, busyCycles } = steps.record(3) ?? expect.fail();
      expect(phb).toBe(3);
      expect(Math.max(counts.length, busyCycles.length)).toBeLessThanOrEqual(1024);
      const slot = (step: number) => [step * stepCycles, (step + 1) * stepCycles];
      counts.forEach((count, step) => {
        const [from, until] = slot(step);
        expect(count).toBe(kills.filter((kill) => kill.from >= from && kill.from < until).length);
      });
      busyCycles.forEach((cycles, step) => {
        const [from, until] = slot(step);
        const within = kills.map((kill) =>
          Math.max(0, Math.min(kill.until, until) - Math.max(kill.from, from)),
        );
        expect(cycles).toBe(sum(within));
      });
      expect(sum(counts)).toBe(kills.length);
      expect(sum(busyCycles)).toBe(sum(all.map(([, long]) => long)));
    }),
    { numRuns: 60 },
  );
});
