/** `tcesim trace export`: a trace in a form for other tools. */
import { CheckedTrace } from '../../../traces/checked-trace.ts';
import { EXPORT_FORMATS, type ExportFormat, exportTrace } from '../../../traces/export/export.ts';
import { openTrace } from '../../../traces/open.ts';
import { refuseClashes } from '../file-clash.ts';
import { type Command, Option } from '../program.ts';
import { addOutput, commandText, skippedLines, warnOfChangedRows } from './shared.ts';

/** Adds the verb. */
export function addExport(trace: Command): void {
  const command = trace
    .command('export')
    .description('write a trace as CSV, which can be imported again, or as Parquet')
    .argument('<file>', 'trace or log, - for standard input')
    .addOption(
      new Option(`--format <${EXPORT_FORMATS.join('|')}>`, 'form of the output')
        .choices(EXPORT_FORMATS)
        .makeOptionMandatory(),
    );
  addOutput(command, 'file to write, - for standard output').action(
    async (file: string, flags: { output: string; format: ExportFormat }) => {
      refuseClashes([{ path: flags.output, what: '-o' }], [{ path: file, what: 'the trace' }]);
      const source = new CheckedTrace(await openTrace(file));
      const { format } = flags;
      const text = commandText('export', [file], flags);
      const { rows } = await exportTrace(source, flags.output, { format, command: text });
      const account = [`${flags.output}: ${rows} rows`, ...skippedLines(file, source)];
      process.stderr.write(`${account.join('\n')}\n`);
      warnOfChangedRows(file, source.digestWritten, source.digestRead);
    },
  );
}
