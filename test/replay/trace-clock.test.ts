/** Time of a trace in cycles: short ways and long ones come to the same. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cyclesBehind, NEAR_NS, TraceClock } from '../../sim/replay/trace-clock.ts';

const halves = (ns: bigint): [number, number] => [Number(ns & 0xffff_ffffn), Number(ns >> 32n)];
const clockMHz = fc.integer({ min: 1, max: 10_000 });
const edge = (ns: bigint, mhz: number) => (ns * BigInt(mhz) + 999n) / 1000n;

test('a time is told from the beginning of the trace, rounded up to the next edge', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 62n }),
      fc.bigInt({ min: 0n, max: 2n ** 39n }),
      clockMHz,
      (start, ns, mhz) => {
        const clock = new TraceClock(mhz);
        clock.begin(...halves(start));
        // What doubles cannot hold, an epoch's ns, must be gone before they are used.
        expect(BigInt(clock.cycleOf(...halves(start + ns)))).toBe(edge(ns, mhz));
      },
    ),
  );
});

test('a time near the one before is the cycle of its mark and the cycles behind it', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 39n }),
      fc.nat({ max: NEAR_NS - 1 }),
      clockMHz,
      (ns, further, mhz) => {
        const clock = new TraceClock(mhz);
        clock.cycleOf(...halves(ns));
        const cycle = clock.markCycle + cyclesBehind(further + clock.markRest, mhz);
        expect(BigInt(cycle)).toBe(edge(ns + BigInt(further), mhz));
      },
    ),
  );
});
