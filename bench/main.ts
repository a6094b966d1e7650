/**
 * `npm run bench`: requests a second of the TCE unit on one thread, and lines a second of an import, case by
 * case, with a digest of each.
 * Compare digests and ratios within one run; absolute rates belong to the machine.
 */
import b from 'benny';
import { type BenchCase, benchCases } from './cases.ts';
import { importCase } from './import-case.ts';

const REQUESTS = 2 ** 19;
const LINES = 2 ** 19;

await time('TCE unit', benchCases(REQUESTS), REQUESTS, 'requests');
await time('Import', [importCase(LINES)], LINES, 'lines');

/** Prints how many units of work a second each case does. */
async function time(title: string, cases: BenchCase[], units: number, unit: string): Promise<void> {
  const digests = cases.map((each) => {
    each.run();
    return each.digest();
  });
  await b.suite(
    `${title}, ${units} ${unit} an operation`,
    ...cases.map((each) => b.add(each.name, () => each.run())),
    b.cycle(),
    b.complete(({ results }) => {
      for (const [index, { name, ops }] of results.entries()) {
        const rate = ((ops * units) / 1e6).toFixed(1);
        process.stdout.write(`${name}: ${rate} M ${unit}/s, digest ${digests[index]}\n`);
      }
    }),
  );
}
