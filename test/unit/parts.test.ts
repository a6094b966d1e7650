/** The parts of a latency: named, complete, and nothing twice. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixedCyclesIn, fixedCyclesOf } from '../../sim/unit/books/fixed-cycles.ts';
import { OUTCOMES, type OutcomeName } from '../../sim/unit/books/outcome.ts';
import { PARTS } from '../../sim/unit/books/parts.ts';
import { rigWithWindow } from './rig.ts';

const PAGE = 0x1_0000;

const request = fc.tuple(
  fc.oneof(
    fc.nat({ max: 300 }).map((page) => page * PAGE),
    fc.constantFrom(0xffff_0000, 0x2000_0000_0000, 0x800_0000_0000_0000),
  ),
  fc.record({
    write: fc.boolean(),
    step: fc.nat({ max: 60 }),
    bytes: fc.integer({ min: 1, max: 256 }),
  }),
);

describe('the parts of every latency', () => {
  it('add up to the latency itself, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.array(request, { minLength: 1, maxLength: 300, size: 'max' }),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom(4, 16),
        fc.constantFrom('none' as const, 'entry' as const, 'line' as const),
        (requests, levels, tags, merge) => {
          const { rig } = rigWithWindow(levels, 200, {
            link: { gbps: 3 },
            credits: { postedHeaders: 2, postedData: 300, nonPostedHeaders: 1 },
            tags: { count: tags, merge },
            walkers: { count: 3 },
            tceCache: { entries: 16, ways: 4 },
            dma: { readNs: 50, readEngines: 3 },
          });
          const fixed = fixedCyclesOf(rig.config);
          for (const [address, options] of requests) {
            const { outcome, latency, parts } = rig.send(address, options);
            const code = OUTCOMES.indexOf(outcome as OutcomeName);
            const sum = PARTS.reduce((total, name, part) => {
              const always = fixedCyclesIn(part, code, options.write ? 1 : 0, fixed);
              return total + parts[name] + always;
            }, 0);
            expect(sum).toBe(latency);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
