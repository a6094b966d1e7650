/** Slices with tiny warm-ups, whose guesses are often wrong, give what one thread gives. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findBlocks } from '../../../traces/arrow/blocks.ts';
import { workFolder } from '../../cli/command.ts';
import { inOneThread, inSlices, sliceCase, writeTrace } from './case.ts';

const path = workFolder();

const seen = { slices: 0, wrong: 0, again: 0, intervals: 0 };

test('any trace on any machine gives the same books in slices as in one thread', async () => {
  await fc.assert(
    fc.asyncProperty(sliceCase, async (each) => {
      writeTrace(path('trace.arrow'), each.dmas, 23);
      const file = findBlocks(path('trace.arrow'));
      if (file === undefined) throw new Error('no blocks');
      const alone = await inOneThread(file, each.machine);
      const sliced = await inSlices(file, each, () => {
        seen.again += 1;
      });
      const { books, software, phb, rows, dmas, rerun } = sliced;
      expect({ outcome: { phb, ...books, ...software }, rows, dmas }).toEqual(alone);
      seen.slices += each.slices - 1;
      seen.wrong += rerun;
    }),
    { numRuns: Number(process.env['RUNS'] ?? 150), seed: Number(process.env['SEED'] ?? 1), endOnFailure: process.env['SHRINK'] === undefined },
  );
  console.log(seen);
});
