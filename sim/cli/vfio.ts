/** `tcesim vfio`: performs a script of VFIO calls, and compares what they answer with what a kernel did. */
import { InputError } from '../../models/input-error.ts';
import { OutputFile } from '../../traces/output-file.ts';
import { formatCount, formatCountOf } from '../report/numbers.ts';
import { printTableRow } from '../tables/table-row.ts';
import { type Difference, ResultCheck } from '../vfio/check.ts';
import { type RunWishes, runChecked } from '../vfio/checked-run.ts';
import { kernelHint } from '../vfio/kernel-hint.ts';
import { recordOf } from '../vfio/record.ts';
import { type DoneLine, readScript, type Script } from '../vfio/run-script.ts';
import type { Session } from '../vfio/session.ts';
import {
  refuseOnPseries,
  SESSION_PRESETS,
  type SessionWords,
  sessionOf,
} from '../vfio/session-words.ts';
import { TableCheck } from '../vfio/table-check.ts';
import { TablesFile } from '../vfio/tables-file.ts';
import { EXIT_CHECK } from './exit-codes.ts';
import { refuseClashes } from './file-clash.ts';
import { type Command, Option } from './program.ts';
import { UsageError } from './usage-error.ts';

interface VfioFlags extends SessionWords {
  readonly check?: boolean;
  readonly tables?: string;
  readonly dump?: string;
  readonly why?: boolean;
  readonly format: 'text' | 'json';
}

const HELP = `
A line a call, NAME key=value ...; docs/vfio-script.md has them all. Sessions
recorded on Linux 6.12 under QEMU 7.2 are checked so, from the package's folder:
  D=docs/examples/vfio/recorded
  tcesim vfio $D/pn9-64k-vfio.ioctls.txt --check \\
    --tables $D/pn9-64k-vfio.tables.jsonl
  tcesim vfio $D/ps64k-vfio.ioctls.txt --check --kernel 6.12-pseries-64k
What a call would do and why:
  tcesim vfio docs/examples/vfio/two-windows.vfio --why`;

/** Gives the verb its options and its work. */
export function define(verb: Command): void {
  verb
    .argument('[script]', 'the script, - for standard input')
    .option(
      '--kernel <name>',
      'as 6.12-64k, 4.2, 6.12-pseries-64k (under QEMU)',
      SESSION_PRESETS.kernel,
    )
    .option('--phb <name>', 'on powernv: phb3, phb4, phb4-small or phb5 (phb4)')
    .addOption(
      new Option('--container <type>', 'open when the script begins')
        .choices(['v1', 'v2'])
        .default(SESSION_PRESETS.container),
    )
    .option('--check', 'compare with the results that the script carries')
    .option('--tables <file>', 'compare the tables at each DUMP with this table dump')
    .option('--dump <file>', 'write the tables at each DUMP, - for standard output')
    .option('--memlock <size>', 'RLIMIT_MEMLOCK of each process, or unlimited', 'unlimited')
    .option('--buddyinfo <file>', "the host's free memory, /proc/buddyinfo (all is free)")
    .option('--node <number>', "the PHB's node in that file (its first)")
    .option('--page-size <size>', "of that file's kernel, where its columns do not tell")
    .option('--ram <size>', 'all memory of the host (64G; with --buddyinfo: unknown)')
    .option('--min-free <size>', 'vm.min_free_kbytes (what Linux computes from --ram)')
    .option('--huge <size>', 'huge pages of the program (16M on powernv, 2M on pseries)')
    .option('--dma32 <size>', 'size of the default window on powernv (2G)')
    .option('--why', 'say behind each refused call why, and what else a call did')
    .addOption(
      new Option('--format <form>', 'of the output').choices(['text', 'json']).default('text'),
    )
    .addHelpText('after', HELP)
    .action((path: string | undefined, flags: VfioFlags) => {
      if (path === undefined)
        throw new UsageError('vfio: expected SCRIPT, or - for standard input');
      perform(path, flags);
    });
}

function perform(path: string, flags: VfioFlags): void {
  const { tables, dump } = flags;
  if (dump === '-' && flags.format === 'json') {
    throw new UsageError('vfio: --dump - and --format json both write to standard output');
  }
  const inputs = [{ path, what: 'the script' }];
  if (tables !== undefined) inputs.push({ path: tables, what: '--tables' });
  if (dump !== undefined) refuseClashes([{ path: dump, what: '--dump' }], inputs);
  const session = sessionOf(flags);
  const { machine } = session;
  refuseOnPseries({ '--tables': tables, '--dump': dump }, machine.host.kernel);
  const script = readScript(path);
  const output = dump === undefined ? undefined : new OutputFile(dump);
  const wishes: RunWishes = {
    results: flags.check ? new ResultCheck() : undefined,
    tables:
      tables === undefined
        ? undefined
        : new TableCheck(TablesFile.read(tables, script, machine.firstPe)),
    dump: output && ((row) => output.write(Buffer.from(`${printTableRow(row)}\n`))),
  };
  try {
    const differing = runAndPrint(script, session, flags, wishes);
    if (wishes.results?.compared === 0) {
      throw new InputError(`${script.name}: expected lines with results to compare, got none`);
    }
    output?.finish();
    if (flags.check || tables) summarize(script.name, wishes, session.mapped.names.scattered);
    const hint = wishes.results && kernelHint(script, machine.host.kernel, wishes.results);
    if (hint !== undefined) process.stderr.write(`${script.name}: ${hint}\n`);
    if (differing > 0) process.exitCode = EXIT_CHECK;
  } catch (error) {
    output?.abandon();
    throw error;
  }
}

/** Performs the script; what was done is printed, whatever ends it. Returns how much differs. */
function runAndPrint(
  script: Script,
  session: Session,
  flags: VfioFlags,
  wishes: RunWishes,
): number {
  const records: Record<string, unknown>[] = [];
  const differences: Difference[] = [];
  try {
    for (const line of runChecked(script, session, wishes)) {
      if (flags.format === 'json') records.push(recordOf(line));
      else process.stdout.write(textOf(line, flags));
      differences.push(...tell(line.differences));
    }
    differences.push(...tell(wishes.tables?.finish(script.name) ?? []));
  } finally {
    const { scattered } = session.mapped.names;
    const account = accountOf(wishes, scattered);
    if (flags.format === 'json') printJson({ lines: records, ...account, differences });
  }
  return differences.length;
}

function textOf({ text, remarks }: DoneLine, flags: VfioFlags): string {
  const lines = flags.why ? [text, ...remarks.map((remark) => `# ${remark}`)] : [text];
  return `${lines.join('\n')}\n`;
}

/** Differences go to standard error as they are found, a line each. */
function tell(differences: readonly Difference[]): readonly Difference[] {
  for (const { where, wanted, got } of differences) {
    process.stderr.write(`${where}: wanted ${wanted}, got ${got}\n`);
  }
  return differences;
}

function accountOf({ results, tables }: RunWishes, scattered: number) {
  return {
    ...(results && { results: countsOf(results) }),
    ...(tables && { tables: { ...tableCountsOf(tables), scattered } }),
  };
}

function countsOf({ compared, differing, unseen }: ResultCheck) {
  return { compared, differing, unseen };
}

function tableCountsOf({ dumps, blocks, leaves, differing }: TableCheck) {
  return { dumps, blocks, leaves, differing };
}

/** What was compared, on standard error: the script's own lines have standard output. */
function summarize(name: string, { results, tables }: RunWishes, scattered: number): void {
  const lines: string[] = [];
  if (results !== undefined) {
    const { compared, differing, unseen } = results;
    const agree = formatCount(compared - differing);
    const differ = `${formatCount(differing)} ${differing === 1 ? 'differs' : 'differ'}`;
    lines.push(`${formatCountOf(compared, 'result')} compared, ${agree} agree, ${differ}`);
    if (unseen > 0) {
      lines.push(`${formatCountOf(unseen, 'write')} without memory to look at, not compared`);
    }
  }
  if (tables !== undefined) {
    const { dumps, blocks, leaves, differing } = tables;
    const what = `${formatCountOf(leaves, 'TCE')} in ${formatCountOf(blocks, 'block')} agree`;
    const found = formatCountOf(differing, 'difference');
    lines.push(`${formatCountOf(dumps, 'table dump')} compared, ${what}, ${found}`);
    if (scattered > 0) {
      const pages = formatCountOf(scattered, 'page');
      lines.push(`${pages} behind a mapping's first taken to be where the dump has them`);
    }
  }
  for (const line of lines) process.stderr.write(`${name}: ${line}\n`);
}

function printJson(document: object): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}
