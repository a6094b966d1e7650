/** `tcesim window`: what the kernel answers to a window on some host, and which window would be best there. */
import { InputError } from '../../models/input-error.ts';
import { DEFAULT_KERNEL } from '../../models/kernel/kernel.ts';
import { parseSize } from '../../models/size.ts';
import { HYPERVISOR_NAMES } from '../host/partition.ts';
import { type CsvField, renderCsvRows } from '../report/csv.ts';
import type { Report } from '../report/document.ts';
import { renderMarkdown } from '../report/render-markdown.ts';
import { adviceRecord, adviceReport, candidateRecord } from '../window/advice-report.ts';
import { advise } from '../window/advise.ts';
import { crossed, planWindows } from '../window/plan.ts';
import { planReport } from '../window/plan-report.ts';
import { PROGRAM_NAMES, programOf } from '../window/program.ts';
import {
  type CircumstanceFlags,
  circumstancesOf,
  levelsOf,
  pageShiftsOf,
  sizesOf,
} from '../window/question.ts';
import { attemptRecord, planRecord } from '../window/records.ts';
import { EXIT_CHECK } from './exit-codes.ts';
import { type Command, Option } from './program.ts';
import { textForOutput } from './terminal.ts';
import { UsageError } from './usage-error.ts';

const FORMATS = ['table', 'json', 'csv', 'markdown'] as const;

interface WindowFlags extends CircumstanceFlags {
  readonly window?: string;
  readonly format: (typeof FORMATS)[number];
}

interface PlanFlags extends WindowFlags {
  readonly page: string;
  readonly levels: string;
  readonly policy?: string;
}

interface AdviseFlags extends WindowFlags {
  readonly page?: string;
  readonly levels: string;
  readonly deviceMask: string;
  readonly mapped: string;
}

/** An answer in all its forms. */
interface Answer {
  readonly report: Report;
  readonly json: object;
  readonly rows: readonly Readonly<Record<string, CsvField>>[];
  /** Whether there is nothing to advise. */
  readonly isNone?: boolean;
}

const PLAN_EXAMPLE = `
Example: a window of 1 TiB with each level count, and what QEMU would do
  tcesim window plan --window 1T --page 64K --levels 1..3 --policy qemu`;

const ADVISE_EXAMPLE = `
Example: a window for a device of 40 address bits, with 64 GiB mapped
  tcesim window advise --window 256G --device-mask 40 --mapped 64G`;

/** Gives the verb `plan` and `advise`. */
export function define(verb: Command): void {
  addPlan(verb);
  addAdvise(verb);
}

function addPlan(window: Command): void {
  const plan = window
    .command('plan')
    .description('try windows with every level count: answer, cost and place of each')
    .option('--window <sizes>', 'sizes of windows, as 2G or 64G,1T', once('plan'))
    .option('--page <sizes>', 'IO pages, as 64K or 4K,64K,2M', '64K')
    .option('--levels <counts>', 'level counts, as 2, 1,3 or 1..5', '1..5')
    .option('--policy <program>', `what one program does: ${PROGRAM_NAMES.join(', ')}`);
  addCircumstanceOptions(plan)
    .addHelpText('after', PLAN_EXAMPLE)
    .action((flags: PlanFlags) => print(answerPlan(flags), flags.format));
}

function addAdvise(window: Command): void {
  const advice = window
    .command('advise')
    .description('the best page size and level count for a window, with reasons')
    .option('--window <size>', 'size of the window, as 1T', once('advise'))
    .option('--page <sizes>', 'IO pages to choose from (all that the PHB has)')
    .option('--levels <counts>', 'level counts to choose from', '1..5')
    .option('--device-mask <bits>', 'address bits that the device has', '64')
    .option('--mapped <size>', 'memory mapped at a time; 0: not known, all of the window', '0');
  addCircumstanceOptions(advice)
    .addHelpText('after', ADVISE_EXAMPLE)
    .action((flags: AdviseFlags) => print(answerAdvise(flags), flags.format));
}

/** The host and the process, as both verbs take them. */
function addCircumstanceOptions(command: Command): Command {
  return command
    .option(
      '--kernel <name>',
      'VERSION[-pseries][-4k|-64k] or uname -r, from 4.2 on',
      DEFAULT_KERNEL,
    )
    .option('--phb <name>', 'on powernv: phb3, phb4, phb4-small or phb5 (phb4)')
    .option('--hypervisor <name>', `on pseries: ${HYPERVISOR_NAMES.join(', ')} (powervm)`)
    .option('--ddw-tces <count>', 'on powervm: TCEs for a window (assumed: --ram in pages of 2M)')
    .option('--buddyinfo <file>', "the host's /proc/buddyinfo, - for standard input (all is free)")
    .option('--page-size <size>', "its kernel's page, 4K or 64K (the number of columns tells it)")
    .option('--node <number>', "NUMA node of the PHB in that file (the file's first)")
    .option('--ram <size>', 'all memory of the host (64G; with --buddyinfo: not known)')
    .option('--min-free <size>', 'vm.min_free_kbytes as a size (what Linux computes from --ram)')
    .option(
      '--memlock <size>',
      'RLIMIT_MEMLOCK, as 8M (ulimit -l prints KiB: 8192K), or unlimited',
      'unlimited',
    )
    .option('--registered <size>', 'memory that the process has registered already', '0')
    .option('--backing <size>', "page of the process's memory, as 2M huge ones (the kernel's page)")
    .option('--slot <number>', '0: remove the default window first; 1: leave it, come second', '0')
    .addOption(new Option('--format <form>', 'of the output').choices(FORMATS).default('table'));
}

function answerPlan(flags: PlanFlags): Answer {
  if (flags.policy !== undefined && flags.format === 'csv') {
    throw new UsageError('window plan: --policy expected with table, json or markdown, got csv');
  }
  const circumstances = circumstancesOf(flags);
  const plan = planWindows({
    circumstances,
    sizes: crossed(sizesOf(givenWindow(flags, 'plan'), '--window'), pageShiftsOf(flags.page)),
    levels: levelsOf(flags.levels),
    program: flags.policy === undefined ? undefined : programOf(flags.policy, circumstances),
  });
  return {
    report: planReport(plan),
    json: planRecord(plan),
    rows: plan.windows.flatMap(({ attempts }) => attempts.map(attemptRecord)),
  };
}

function answerAdvise(flags: AdviseFlags): Answer {
  const advice = advise({
    circumstances: circumstancesOf(flags),
    windowBytes: parseSize(givenWindow(flags, 'advise'), '--window'),
    pageShifts: flags.page === undefined ? undefined : pageShiftsOf(flags.page),
    levels: levelsOf(flags.levels),
    purpose: {
      deviceMaskBits: maskBitsOf(flags.deviceMask),
      mappedBytes: parseSize(flags.mapped, '--mapped'),
    },
  });
  return {
    report: adviceReport(advice),
    json: adviceRecord(advice),
    rows: advice.candidates.map(candidateRecord),
    isNone: advice.best === undefined,
  };
}

function maskBitsOf(text: string): number {
  const bits = Number(text);
  if (/^\d+$/.test(text) && bits >= 1 && bits <= 64) return bits;
  throw new InputError(`--device-mask: expected 1..64 bits, got '${text}'`);
}

function givenWindow({ window }: WindowFlags, verb: string): string {
  if (window !== undefined) return window;
  throw new UsageError(`window ${verb}: no window; give one with --window SIZE, as 1T`);
}

/** The only value of a flag; which of two was meant nobody knows. */
function once(verb: string): (value: string, earlier: string | undefined) => string {
  return (value, earlier) => {
    if (earlier === undefined) return value;
    throw new UsageError(`window ${verb}: --window expected once, got '${earlier}' and '${value}'`);
  };
}

function print(
  { report, json, rows, isNone = false }: Answer,
  format: WindowFlags['format'],
): void {
  process.stdout.write(render());
  if (isNone) process.exitCode = EXIT_CHECK;

  function render(): string {
    switch (format) {
      case 'json':
        return `${JSON.stringify(json, null, 2)}\n`;
      case 'csv':
        return renderCsvRows(rows);
      case 'markdown':
        return renderMarkdown(report);
      case 'table':
        return textForOutput(report);
    }
  }
}
