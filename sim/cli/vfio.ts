/** `tcesim vfio`: performs a script of VFIO calls, and compares what they answer with what a kernel did. */
import { log2Exact } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { type Kernel, parseKernel } from '../../models/kernel/kernel.ts';
import type { ContainerType } from '../../models/kernel/vfio/calls.ts';
import { parseSize } from '../../models/size.ts';
import { OutputFile } from '../../traces/output-file.ts';
import { KernelHost } from '../host/kernel-host.ts';
import { formatCount } from '../report/numbers.ts';
import { specOf } from '../scenario/phb.ts';
import { type Difference, ResultCheck } from '../vfio/check.ts';
import { type RunWishes, runChecked } from '../vfio/checked-run.ts';
import { ScriptMachine, scriptPhb } from '../vfio/machine.ts';
import { recordOf } from '../vfio/record.ts';
import { type DoneLine, readScript, type Script } from '../vfio/run-script.ts';
import { Session } from '../vfio/session.ts';
import { TableCheck } from '../vfio/table-moments.ts';
import { printTableRow } from '../vfio/table-row.ts';
import { TablesFile } from '../vfio/tables-file.ts';
import { readHostMemory } from '../window/host-memory.ts';
import { EXIT_CHECK } from './exit-codes.ts';
import { refuseClashes } from './file-clash.ts';
import { type Command, Option } from './program.ts';
import { UsageError } from './usage-error.ts';

interface VfioFlags {
  readonly kernel: string;
  readonly phb: string;
  readonly container: ContainerType;
  readonly check?: boolean;
  readonly tables?: string;
  readonly dump?: string;
  readonly memlock?: string;
  readonly buddyinfo?: string;
  readonly node?: string;
  readonly ram: string;
  readonly huge?: string;
  readonly dma32?: string;
  readonly why?: boolean;
  readonly format: 'text' | 'json';
}

/** Log2 of the huge pages of a program when nobody says: what the captures' hosts have. */
const HUGE_PAGE_SHIFT = { powernv: 24, pseries: 21 } as const;

const HELP = `
A line a call, NAME key=value ...; docs/vfio-script.md has them all. For example
  tcesim vfio docs/examples/vfio/two-windows.vfio --why
  tcesim vfio session.ioctls.txt --kernel 6.12-64k --check --tables session.tables.jsonl`;

/** Adds `vfio`. */
export function addVfioCommand(program: Command): void {
  program
    .command('vfio')
    .description('perform a script of VFIO calls on a simulated kernel')
    .argument('<script>', 'the script, - for standard input')
    .option('--kernel <name>', 'as 6.12-64k, 4.2, 6.12-pseries-64k', '6.12-64k')
    .option('--phb <name>', 'on powernv: phb3, phb4, phb4-small or phb5', 'phb4')
    .addOption(
      new Option('--container <type>', 'open when the script begins')
        .choices(['v1', 'v2'])
        .default('v2'),
    )
    .option('--check', 'compare with the results that the script carries')
    .option('--tables <file>', 'compare the tables at each DUMP with this table dump')
    .option('--dump <file>', 'write the tables at each DUMP, - for standard output')
    .option('--memlock <size>', 'RLIMIT_MEMLOCK of each process (none: CAP_IPC_LOCK)')
    .option('--buddyinfo <file>', "the host's free memory, /proc/buddyinfo (all is free)")
    .option('--node <number>', 'of the PHB, in the buddyinfo')
    .option('--ram <size>', 'memory of the machine', '2G')
    .option('--huge <size>', 'huge pages of the program (16M on powernv, 2M on pseries)')
    .option('--dma32 <size>', 'size of the default window on powernv (2G)')
    .option('--why', 'say behind each refused call why, and what else a call did')
    .addOption(
      new Option('--format <form>', 'of the output').choices(['text', 'json']).default('text'),
    )
    .addHelpText('after', HELP)
    .action((path: string, flags: VfioFlags) => perform(path, flags));
}

function perform(path: string, flags: VfioFlags): void {
  const { tables, dump } = flags;
  if (dump === '-' && flags.format === 'json') {
    throw new UsageError('vfio: --dump - and --format json both write to standard output');
  }
  const inputs = [{ path, what: 'the script' }];
  if (tables !== undefined) inputs.push({ path: tables, what: '--tables' });
  if (dump !== undefined) refuseClashes([{ path: dump, what: '--dump' }], inputs);
  const machine = machineOf(flags);
  const session = sessionOn(machine, flags);
  const script = readScript(path);
  const output = dump === undefined ? undefined : new OutputFile(dump);
  const wishes: RunWishes = {
    results: flags.check ? new ResultCheck() : undefined,
    tables:
      tables === undefined
        ? undefined
        : new TableCheck(TablesFile.read(tables, script.lines, machine.firstPe)),
    dump: output && ((row) => output.write(Buffer.from(`${printTableRow(row)}\n`))),
  };
  try {
    const differing = runAndPrint(script, session, flags, wishes);
    if (wishes.results?.compared === 0) {
      throw new InputError(`${script.name}: expected lines with results to compare, got none`);
    }
    output?.finish();
    if (flags.check || tables) summarize(script.name, wishes, session.mapped.names.scattered);
    if (differing > 0) process.exitCode = EXIT_CHECK;
  } catch (error) {
    output?.abandon();
    throw error;
  }
}

function machineOf(flags: VfioFlags): ScriptMachine {
  const kernel = parseKernel(flags.kernel);
  const { ramBytes, fresh } = readHostMemory(flags, kernel);
  const { dma32, memlock } = flags;
  if (kernel.platform === 'pseries') refuseOnPseries(flags);
  const host = new KernelHost({
    kernel,
    phb: scriptPhb(specOf(flags.phb)),
    ramBytes,
    allocator: fresh(),
    ...(dma32 !== undefined && { dma32Bytes: parseSize(dma32, '--dma32') }),
  });
  const limit = memlock === undefined ? {} : { memlockBytes: parseSize(memlock, '--memlock') };
  return new ScriptMachine(host, limit);
}

/** What stands in a partition's hypervisor is not the kernel's to choose, or to look at. */
function refuseOnPseries({ dma32, tables, dump }: VfioFlags): void {
  for (const [name, value] of Object.entries({
    '--dma32': dma32,
    '--tables': tables,
    '--dump': dump,
  })) {
    if (value === undefined) continue;
    throw new InputError(`${name}: expected with a powernv kernel only, got '${value}'`);
  }
}

function sessionOn(machine: ScriptMachine, flags: VfioFlags): Session {
  const { kernel } = machine.host;
  const pageShifts = { ordinary: kernel.basePageShift, huge: hugePageShift(flags.huge, kernel) };
  return new Session(machine, pageShifts, flags.container);
}

function hugePageShift(size: string | undefined, kernel: Kernel): number {
  if (size === undefined) return HUGE_PAGE_SHIFT[kernel.platform];
  const shift = log2Exact(parseSize(size, '--huge'));
  if (shift > kernel.basePageShift) return shift;
  throw new InputError(`--huge: expected a power of two above the kernel's page, got '${size}'`);
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

function tableCountsOf({ moments, blocks, leaves, differing }: TableCheck) {
  return { moments, blocks, leaves, differing };
}

/** What was compared, on standard error: the script's own lines have standard output. */
function summarize(name: string, { results, tables }: RunWishes, scattered: number): void {
  const lines: string[] = [];
  if (results !== undefined) {
    const { compared, differing, unseen } = results;
    const agree = formatCount(compared - differing);
    lines.push(`${formatCount(compared)} results compared, ${agree} agree, ${differing} differ`);
    if (unseen > 0) lines.push(`${unseen} writes without memory to look at, not compared`);
  }
  if (tables !== undefined) {
    const { moments, blocks, leaves, differing } = tables;
    const what = `${formatCount(leaves)} TCEs in ${formatCount(blocks)} blocks agree`;
    lines.push(`${moments} table dumps compared, ${what}, ${differing} differences`);
    if (scattered > 0) {
      lines.push(`${scattered} pages behind a mapping's first are where the dump has them`);
    }
  }
  for (const line of lines) process.stderr.write(`${name}: ${line}\n`);
}

function printJson(document: object): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}
