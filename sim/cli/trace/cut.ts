/** `tcesim trace cut`: a part of a trace. */
import { InputError } from '../../../models/input-error.ts';
import { parseRid } from '../../../models/rte.ts';
import { CheckedTrace } from '../../../traces/checked-trace.ts';
import { type CutConditions, cutTrace } from '../../../traces/cut.ts';
import { OPERATIONS, type Operation } from '../../../traces/format.ts';
import { suggest } from '../../../traces/nearest.ts';
import { parseUnsigned } from '../../../traces/numbers.ts';
import { openTrace } from '../../../traces/open.ts';
import { writeTrace } from '../../../traces/write.ts';
import { refuseClashes } from '../file-clash.ts';
import type { Command } from '../program.ts';
import {
  addOutput,
  commandText,
  skippedLines,
  TRACE_OUTPUT,
  warnOfChangedRows,
  wholeNumber,
} from './shared.ts';

type CutFlags = {
  output: string;
  from?: string;
  rows?: string;
  startNs?: string;
  endNs?: string;
  phb?: string;
  pe?: string;
  rid?: string;
  op?: string;
  keepTables?: boolean;
};

/** Adds the verb. */
export function addCut(trace: Command): void {
  const command = trace
    .command('cut')
    .description('write the rows that meet all conditions')
    .argument('<file>', 'trace or log, - for standard input')
    .option('--from <row>', 'first row, counted from 0')
    .option('--rows <count>', 'rows of the trace to look at, from the first on')
    .option('--start-ns <time>', 'rows at this time or later')
    .option('--end-ns <time>', 'rows before this time')
    .option('--phb <list>', 'rows of these PHBs: 0,1')
    .option('--pe <list>', 'rows of these PE#s')
    .option('--rid <list>', 'rows of these RIDs: 01:00.0,0x0108')
    .option('--op <list>', 'rows of these operations: read,write')
    .option('--keep-tables', 'keep all rows before the end that are no DMA: windows, TCEs, kills');
  addOutput(command, TRACE_OUTPUT).action(async (file: string, flags: CutFlags) => {
    refuseClashes([{ path: flags.output, what: '-o' }], [{ path: file, what: 'the trace' }]);
    const conditions = conditionsOf(flags);
    const source = new CheckedTrace(await openTrace(file));
    const text = commandText('cut', [file], flags);
    const { rows } = await writeTrace(cutTrace(source, conditions), flags.output, {
      command: text,
    });
    const account = [`${flags.output}: ${rows} rows`, ...skippedLines(file, source)];
    process.stderr.write(`${account.join('\n')}\n`);
    warnOfChangedRows(file, source.digestWritten, source.digestRead);
  });
}

function conditionsOf({ from, rows, startNs, endNs, ...flags }: CutFlags): CutConditions {
  return {
    ...(from !== undefined && { from: wholeNumber('--from', from) }),
    ...(rows !== undefined && { rows: wholeNumber('--rows', rows) }),
    ...(startNs !== undefined && { startNs: unsigned('--start-ns', startNs, 64) }),
    ...(endNs !== undefined && { endNs: unsigned('--end-ns', endNs, 64) }),
    ...(flags.phb !== undefined && { phbs: numberList('--phb', flags.phb, 8) }),
    ...(flags.pe !== undefined && { pes: numberList('--pe', flags.pe, 16) }),
    ...(flags.rid !== undefined && { rids: ridList(flags.rid) }),
    ...(flags.op !== undefined && { operations: flags.op.split(',').map(operationOf) }),
    ...(flags.keepTables === true && { keepTables: true }),
  };
}

function numberList(name: string, text: string, bits: number): number[] {
  return text.split(',').map((each) => Number(unsigned(name, each.trim(), bits)));
}

function ridList(text: string): number[] {
  return text.split(',').map((each) => parseRid(each.trim(), '--rid'));
}

function unsigned(name: string, text: string, bits: number): bigint {
  const value = parseUnsigned(text, bits);
  if (value !== undefined) return value;
  throw new InputError(`${name}: expected an unsigned ${bits}-bit number, got '${text}'`);
}

function operationOf(text: string): number {
  const code = OPERATIONS.indexOf(text.trim() as Operation);
  if (code >= 0) return code;
  throw new InputError(`--op: unknown operation '${text}'${suggest(text, OPERATIONS)}`);
}
