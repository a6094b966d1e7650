/** The releases of a closed loop against a sorted list, far beyond its ring and across moves of time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Releases } from '../../sim/unit/port/releases.ts';
import { StateWriter } from '../../sim/unit/state-writer.ts';

/** A request is held for so long, or time's origin moves. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ hold: fc.nat({ max: 300 }) }) },
  { weight: 2, arbitrary: fc.record({ hold: fc.nat({ max: 20_000 }) }) },
  { weight: 1, arbitrary: fc.record({ back: fc.nat({ max: 10_000 }) }) },
);

/** What a form says: how many, and when each is. */
function written(releases: Releases): number[] {
  const state = new StateWriter(0, -1_000_000_000);
  releases.writeState(state);
  return [...state.form()];
}

test('releases come as from a sorted list', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 70 }),
      fc.array(step, { maxLength: 400, size: 'max' }),
      fc.nat({ max: 5 }),
      (capacity, steps, held) => {
        const releases = new Releases(capacity);
        let naive: number[] = new Array(capacity).fill(0);
        let outstanding: number[] = [];
        let taken = 0;
        for (const each of steps) {
          if ('back' in each) {
            const moved = (time: number) => time - each.back;
            releases.rebase(each.back);
            naive = naive.map(moved);
            outstanding = outstanding.map(moved);
            taken = moved(taken);
            continue;
          }
          expect(releases.first).toBe(naive[0] ?? 2 ** 31 - 1);
          if (naive.length > 0) {
            releases.takeFirst();
            taken = naive.shift() ?? 0;
            outstanding.push(taken + each.hold);
          }
          while (outstanding.length > held || (naive.length === 0 && outstanding.length > 0)) {
            const release = outstanding.shift() ?? 0;
            releases.add(release);
            naive.push(Math.max(release, taken));
            naive.sort((a, b) => a - b);
          }
          expect(written(releases)).toEqual([naive.length, ...naive]);
        }
      },
    ),
  );
});

test('what completes before the last that was taken is as early as that', () => {
  const releases = new Releases(1);
  releases.takeFirst();
  releases.add(5000);
  releases.takeFirst();
  releases.add(20);
  expect(releases.first).toBe(5000);
});
