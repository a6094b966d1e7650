/** The generators, which have to make requests faster than a unit replays them. */
import { generate } from '../traces/generate/generate.ts';
import { answerDigest } from './answer-digest.ts';
import type { BenchCase, BenchSize } from './bench-case.ts';
import { countRows, digestRows } from './trace-rows.ts';

/** One for each way of making rows: plain, chance, powers, devices with mappings, many patterns. */
const GENERATORS = ['sequential', 'uniform', 'zipf', 'chase', 'nic-rx', 'nvme', 'tenants'];

/** Each generator makes all its rows; the digest is of the rows of one more run. */
export function generateCases({ requests }: BenchSize): BenchCase[] {
  return GENERATORS.map((name) => ({
    name: `generate: ${name}`,
    unit: 'requests',
    prepare: () => {
      const trace = generate(name, { requests: `${requests}` });
      let rows = 0;
      return {
        amount: requests,
        async run() {
          rows = await countRows(trace);
        },
        digest: async () => answerDigest([`${rows}`, await digestRows(trace)]),
      };
    },
  }));
}
