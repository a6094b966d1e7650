/**
 * `npm run bench`: requests a second of the TCE unit on one thread, case by case, with a digest of each.
 * Compare digests and ratios within one run; absolute rates belong to the machine.
 */
import b from 'benny';
import { benchCases } from './cases.ts';

const REQUESTS = 2 ** 19;

const cases = benchCases(REQUESTS);
const digests = cases.map((each) => {
  each.run();
  return each.digest();
});
await b.suite(
  `TCE unit, ${REQUESTS} requests an operation`,
  ...cases.map((each) => b.add(each.name, () => each.run())),
  b.cycle(),
  b.complete(({ results }) => {
    for (const [index, { name, ops }] of results.entries()) {
      const rate = ((ops * REQUESTS) / 1e6).toFixed(1);
      process.stdout.write(`${name}: ${rate} M requests/s, digest ${digests[index]}\n`);
    }
  }),
);
