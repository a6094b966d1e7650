import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Slots } from '../../sim/unit/slots.ts';

describe('slots', () => {
  it('give each asker the slot that frees first, as a sorted list does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.array(fc.nat({ max: 1000 }), { maxLength: 300, size: 'max' }),
        (count, holds) => {
          const slots = new Slots(count);
          const naive: number[] = new Array(count).fill(0);
          for (const hold of holds) {
            expect(slots.nextRelease()).toBe(naive[0]);
            const release = naive[0] + hold;
            slots.release(slots.take(), release);
            naive.shift();
            naive.push(release);
            naive.sort((a, b) => a - b);
          }
        },
      ),
    );
  });
});
