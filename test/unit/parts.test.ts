/** The parts of a latency: named, complete, and nothing twice. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Book, fixedCyclesOf } from '../../sim/results/book.ts';
import { type RequestOptions, rigWithWindow } from './rig.ts';

const PAGE = 0x1_0000;

const request = fc.tuple(
  fc.oneof(
    fc.nat({ max: 300 }).map((page) => page * PAGE),
    fc.constantFrom(0xffff_0000, 0x2000_0000_0000, 0x800_0000_0000_0000),
  ),
  fc.record({ write: fc.boolean(), step: fc.nat({ max: 60 }) }),
);

describe('the parts of all latencies', () => {
  it('add up to the latencies themselves, in every account, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.array(request, { minLength: 1, maxLength: 300, size: 'max' }),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom(4, 16),
        fc.boolean(),
        (requests, levels, tags, merge) => {
          const { rig } = rigWithWindow(levels, 200, {
            tags: { count: tags, merge },
            tceCache: { entries: 16, ways: 4 },
            dma: { readNs: 50 },
          });
          rig.sendAll(requests as [number, RequestOptions][]);
          const sums = rig.unit.accounts.sums();
          const fixed = fixedCyclesOf(rig.config);
          sums.latencies.forEach((latencies, account) => {
            const book = new Book();
            book.add(sums, account);
            const total = latencies.reduce((sum, count, cycles) => sum + count * cycles, 0);
            // Exact as long as every latency has a bucket of its own.
            fc.pre(latencies.length <= 2048);
            expect(book.totalCycles(fixed)).toBe(total);
          });
        },
      ),
      { numRuns: 200 },
    );
  });
});
