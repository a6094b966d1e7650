/** Scripts performed without the command line. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseKernel } from '../../models/kernel/kernel.ts';
import type { ContainerType } from '../../models/kernel/vfio/calls.ts';
import { KernelHost } from '../../sim/host/kernel-host.ts';
import { specOf } from '../../sim/scenario/phb.ts';
import { printTableRow, type TableRow } from '../../sim/tables/table-row.ts';
import { type Difference, ResultCheck } from '../../sim/vfio/check.ts';
import { runChecked } from '../../sim/vfio/checked-run.ts';
import { ScriptMachine, scriptPhb } from '../../sim/vfio/machine.ts';
import { parseScript } from '../../sim/vfio/run-script.ts';
import { Session } from '../../sim/vfio/session.ts';
import { TableCheck } from '../../sim/vfio/table-check.ts';
import { TablesFile } from '../../sim/vfio/tables-file.ts';

/** What a script runs on; Linux 6.12 with 64K pages on a PHB4 where nothing is said. */
export interface Stage {
  readonly kernel?: string;
  readonly phb?: string;
  readonly container?: ContainerType;
  readonly memlock?: bigint;
  readonly hugeShift?: number;
  /** Path of a table dump. */
  readonly tables?: string;
}

/** What came of it. */
export interface Played {
  readonly lines: readonly string[];
  /** The sentences behind each line. */
  readonly remarks: readonly (readonly string[])[];
  readonly differences: readonly Difference[];
  readonly results: ResultCheck;
  readonly tables: TableCheck | undefined;
  readonly dumped: readonly TableRow[];
  readonly session: Session;
}

/** Performs a script's lines; messages call it `script`. */
export function play(text: string | readonly string[], stage: Stage = {}): Played {
  const script = parseScript('script', typeof text === 'string' ? text.split('\n') : text);
  const kernel = parseKernel(stage.kernel ?? '6.12-64k');
  const host = new KernelHost({
    kernel,
    phb: scriptPhb(specOf(stage.phb ?? 'phb4')),
    ramBytes: 2n ** 31n,
  });
  const { memlock } = stage;
  const machine = new ScriptMachine(host, memlock === undefined ? {} : { memlockBytes: memlock });
  const huge = stage.hugeShift ?? (kernel.platform === 'powernv' ? 24 : 21);
  const pageShifts = { ordinary: kernel.basePageShift, huge };
  const session = new Session(machine, pageShifts, stage.container ?? 'v2');
  const results = new ResultCheck();
  const tables = stage.tables
    ? new TableCheck(TablesFile.read(stage.tables, script, machine.firstPe))
    : undefined;
  const dumped: TableRow[] = [];
  const wishes = { results, tables, dump: (row: TableRow) => dumped.push(row) };
  const done = [...runChecked(script, session, wishes)];
  const differences = done.flatMap((line) => line.differences);
  differences.push(...(tables?.finish('script') ?? []));
  return {
    lines: done.map((line) => line.text),
    remarks: done.map((line) => line.remarks),
    differences,
    results,
    tables,
    dumped,
    session,
  };
}

/** `rc=...` of each line that has one, without the key. */
export function codes({ lines }: Played): string[] {
  return lines.flatMap((line) => /\brc=(\S+)/.exec(line)?.[1] ?? []);
}

/** Path of a file of the recorded sessions. */
export function dataPath(name: string): string {
  return fileURLToPath(new URL(`../../docs/examples/vfio/recorded/${name}`, import.meta.url));
}

/** Lines of a file of the recorded sessions. */
export function dataLines(name: string): string[] {
  return readFileSync(dataPath(name), 'utf8').trimEnd().split('\n');
}

/** The text of a table dump. */
export function printRows(rows: readonly TableRow[]): string {
  return rows.map((row) => `${printTableRow(row)}\n`).join('');
}
