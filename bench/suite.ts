/**
 * `npm run bench`: times every case of the suite and writes what came out as JSON: all samples, the digest of each
 * case, the machine, Node and the commit. Compare digests and ratios within one run; rates belong to the machine.
 */
import { fileURLToPath } from 'node:url';
import { OutputFile } from '../traces/output-file.ts';
import type { BenchSize } from './bench-case.ts';
import { benchCases, matching, REQUESTS_MAX, REQUESTS_PRESET } from './cases.ts';
import { commitOfTree, machineFacts } from './machine-facts.ts';
import { medianOf } from './median.ts';
import { patternOption, readArguments, wholeOption } from './options.ts';
import { builtFile } from './place.ts';
import { runProgram, withFolder } from './program.ts';
import { type CaseTimes, timeCase } from './timing.ts';

const SCHEMA = 'tcesim.bench/1';
/** In the build, which is nobody's source. */
const OUTPUT_PRESET = fileURLToPath(builtFile('bench/results.json'));

await runProgram('bench', async () => {
  const given = readArguments(process.argv.slice(2), ['cases', 'requests', 'output']);
  const requests = wholeOption(given, 'requests', REQUESTS_PRESET, 1, REQUESTS_MAX);
  const pattern = patternOption(given, 'cases');
  const output = given.options.output ?? OUTPUT_PRESET;
  // Opened before anything is timed, so that nobody waits for a file that cannot be written.
  const file = new OutputFile(output);
  const record = {
    schema: SCHEMA,
    date: new Date().toISOString(),
    commit: commitOfTree(),
    node: process.versions.node,
    v8: process.versions.v8,
    machine: machineFacts(),
    requests,
    cases: await withFolder((folder) => timeAll({ requests, folder }, pattern)),
  };
  file.write(Buffer.from(`${JSON.stringify(record)}\n`));
  file.finish();
  process.stderr.write(`written to ${output}\n`);
  return 0;
});

/** Times the chosen cases one after the other, a line each. */
async function timeAll(size: BenchSize, pattern: RegExp | undefined): Promise<CaseTimes[]> {
  const all = benchCases(size);
  const names = all.map(({ name }) => name);
  const chosen = matching(names, pattern);
  const timed: CaseTimes[] = [];
  for (const each of all.filter(({ name }) => chosen.includes(name))) {
    const times = await timeCase(each);
    process.stdout.write(`${describe(times)}\n`);
    timed.push(times);
  }
  return timed;
}

/** A case in a line: the median of its samples. */
function describe({ name, unit, amount, digest, cpuMicroseconds, ...rest }: CaseTimes): string {
  const [cpu, wall] = [cpuMicroseconds, rest.wallMicroseconds].map(medianOf);
  const rate = amount === 1 ? '' : `, ${(amount / cpu).toFixed(2)} M ${unit} a CPU second`;
  const times = `${(cpu / 1e3).toFixed(1)} ms CPU, ${(wall / 1e3).toFixed(1)} ms wall`;
  return `${name}: ${times}${rate}, ${cpuMicroseconds.length} runs, digest ${digest}`;
}
