/** `tcesim merge`: the shards of a study as one, the same bytes as one run would have written. */
import { mergeStudies } from '../study/merge.ts';
import { PointStore } from '../study/point-store.ts';
import { writeStudy } from '../study/study-files.ts';
import { screenReport } from '../study/study-report.ts';
import { resultsOf } from '../study/study-results.ts';
import { EXIT_PARTLY } from './exit-codes.ts';
import type { Command } from './program.ts';
import { textForOutput } from './terminal.ts';

const EXAMPLE = `
Example: two machines, a half of the study each
  tcesim sweep plan.yaml --shard 1/2 -o part1
  tcesim sweep plan.yaml --shard 2/2 -o part2
  tcesim merge part1 part2 -o all`;

/** Gives the verb its options and its work. */
export function define(verb: Command): void {
  verb
    .argument('<dirs...>', 'directories that sweep -o wrote')
    .requiredOption('-o, --output <dir>', 'directory of the whole study')
    .addHelpText('after', EXAMPLE)
    .action((directories: string[], { output }: { output: string }) =>
      mergeInto(directories, output),
    );
}

/** Merges the shards of directories into one. Throws InputError where they are no whole study, StoreError. */
export function mergeInto(directories: readonly string[], output: string): void {
  const { identity, points, records } = mergeStudies(directories);
  const store = PointStore.adopt(output, identity);
  for (const [at, point] of points.entries()) store.write(point, records[at]);
  const results = resultsOf(identity, records);
  writeStudy(store, results);
  process.stdout.write(textForOutput(screenReport(results, output)));
  if (records.some(({ failed }) => failed !== null)) process.exitCode = EXIT_PARTLY;
}
