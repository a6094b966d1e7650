/** `tcesim trace merge`: several traces as one. */
import { CheckedTrace } from '../../../traces/checked-trace.ts';
import { mergeTraces } from '../../../traces/merge.ts';
import { openTrace } from '../../../traces/open.ts';
import { writeTrace } from '../../../traces/write.ts';
import { refuseClashes } from '../file-clash.ts';
import type { Command } from '../program.ts';
import { addOutput, commandText, skippedLines, TRACE_OUTPUT, warnOfChangedRows } from './shared.ts';

/** Adds the verb. */
export function addMerge(trace: Command): void {
  const command = trace
    .command('merge')
    .description(
      'several traces as one: by time, rows of one time in the order of the files; traces that have ' +
        'an order only are put one behind the other',
    )
    .argument('<files...>', 'traces or logs')
    .option(
      '--separate-phbs',
      'the PHBs of the files are different ones: number them 0, 1, .. as they appear',
    );
  addOutput(command, TRACE_OUTPUT).action(
    async (files: string[], flags: { output: string; separatePhbs?: boolean }) => {
      refuseClashes(
        [{ path: flags.output, what: '-o' }],
        files.map((path) => ({ path, what: 'a trace' })),
      );
      const traces: { readonly name: string; readonly source: CheckedTrace }[] = [];
      for (const name of files) {
        traces.push({ name, source: new CheckedTrace(await openTrace(name)) });
      }
      const merged = mergeTraces(traces, { separatePhbs: flags.separatePhbs === true });
      const text = commandText('merge', files, flags);
      const { rows } = await writeTrace(merged, flags.output, { command: text });
      const skipped = traces.flatMap(({ name, source }) => skippedLines(name, source));
      process.stderr.write(`${[`${flags.output}: ${rows} rows`, ...skipped].join('\n')}\n`);
      for (const { name, source } of traces) {
        warnOfChangedRows(name, source.digestWritten, source.digestRead);
      }
    },
  );
}
