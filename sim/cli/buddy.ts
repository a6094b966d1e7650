/** `tcesim buddy`: what /proc/buddyinfo of a host means for TCE tables; or one of a generated host. */
import { InputError } from '../../models/input-error.ts';
import { orderMaxOf } from '../../models/memory/buddy.ts';
import { formatBuddyinfo } from '../../models/memory/buddyinfo.ts';
import {
  type FragmentGenerator,
  type FragmentParameter,
  type FragmentValues,
  fragmentValues,
} from '../../models/memory/fragment/generator.ts';
import { FRAGMENT_GENERATORS, generateNode } from '../../models/memory/fragment/hosts.ts';
import { formatSize, parseSize } from '../../models/size.ts';
import { suggest } from '../../traces/nearest.ts';
import { randomOf } from '../../traces/random.ts';
import { accountOf, type BuddyAccount } from '../memory/buddy-account.ts';
import { buddyReport, ordersTable } from '../memory/buddy-report.ts';
import { readBuddyinfoFile } from '../memory/buddyinfo-file.ts';
import { renderMarkdown } from '../report/render-markdown.ts';
import { specOf } from '../scenario/phb.ts';
import { type Command, Option } from './program.ts';
import { ProgressLine } from './progress.ts';
import { textForOutput } from './terminal.ts';
import { UsageError } from './usage-error.ts';

const FORMS = ['table', 'json', 'csv', 'markdown'] as const;
const PAGE_SHIFTS: Readonly<Record<string, number>> = { '4K': 12, '64K': 16 };
/** Of a generated node, where nobody says otherwise. */
const GENERATED_RAM = '64G';
const GENERATED_PAGE = '64K';
const GENERATED_SEED = '1';

/** Options that ask about a file, and mean nothing for a generated one. */
const FILE_FLAGS = ['format', 'node', 'minFree', 'phb'] as const;

/** Pages times steps that are made: half a minute with the presets (70 ns each, Node 20), minutes at worst. */
const PAGE_STEPS_MAX = 2 ** 29;

interface NodeSize {
  readonly pageShift: number;
  readonly bytes: number;
}

type Form = (typeof FORMS)[number];

interface BuddyFlags {
  readonly format?: Form;
  readonly phb?: string;
  readonly pageSize?: string;
  readonly node?: string;
  readonly ram?: string;
  readonly minFree?: string;
  readonly generate?: string;
  readonly seed?: string;
}

const EXAMPLES = `
Examples:
  tcesim buddy /proc/buddyinfo
  ssh host cat /proc/buddyinfo | tcesim buddy - --ram 256G
  tcesim buddy --generate aged --ram 64G --page-size 64K --seed s --steps 20
`;

/** Gives the verb its options and its work. */
export function define(verb: Command): void {
  verb
    .argument('[file]', 'a copy of /proc/buddyinfo, - for standard input')
    .addOption(
      new Option('--format <form>', 'of the output (table); csv has the orders').choices(FORMS),
    )
    .option('--page-size <size>', "the kernel's page, 4K or 64K (the number of orders tells it)")
    .option('--node <number>', 'node of the PHB (the first in the file)')
    .option('--phb <name>', 'whose IO pages: phb3, phb4, phb4-small or phb5 (all)')
    .option('--ram <size>', 'memory of the host: keeps its watermarks; of a generated node (64G)')
    .option('--min-free <size>', 'vm.min_free_kbytes as a size (what Linux computes from --ram)')
    .option('--generate <past>', 'print the buddyinfo of a generated node instead')
    .option('--seed <text>', `of the generated node (${GENERATED_SEED})`);
  for (const parameter of allParameters()) {
    verb.option(`--${parameter.name} <${parameter.kind}>`, `--generate: ${parameter.meaning}`);
  }
  verb
    .addHelpText('after', `${EXAMPLES}\n${pasts()}`)
    .action((file: string | undefined, flags: BuddyFlags & Record<string, string>) => {
      process.stdout.write(flags.generate === undefined ? examine(file, flags) : made(file, flags));
    });
}

function examine(file: string | undefined, flags: BuddyFlags & Record<string, string>): string {
  if (file === undefined) throw new UsageError('buddy: expected FILE, - or --generate PAST');
  refuseParameters(flags);
  if (flags.seed !== undefined) throw new UsageError('buddy: --seed expected with --generate only');
  if (flags.minFree !== undefined && flags.ram === undefined) {
    throw new UsageError('buddy: --min-free expected with --ram, which shares it out');
  }
  const info = readBuddyinfoFile(file, pageShiftOf(flags.pageSize));
  const account = accountOf(info, {
    ...(flags.node !== undefined && { node: wholeNumber('--node', flags.node) }),
    ...(flags.ram !== undefined && { ramBytes: ramOf(flags.ram) }),
    ...(flags.minFree !== undefined && { minFreeBytes: parseSize(flags.minFree, '--min-free') }),
    ...(flags.phb !== undefined && { phb: specOf(flags.phb, '--phb') }),
  });
  return render(account, flags.format ?? 'table');
}

function render(account: BuddyAccount, format: Form): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(account, null, 2)}\n`;
    case 'csv': {
      const { head, rows } = ordersTable(account);
      return [head, ...rows].map((cells) => `${cells.join(',')}\n`).join('');
    }
    case 'markdown':
      return renderMarkdown(buddyReport(account));
    case 'table':
      return textForOutput(buddyReport(account));
  }
}

/** The text of a generated /proc/buddyinfo: one node, one zone. */
function made(file: string | undefined, flags: BuddyFlags & Record<string, string>): string {
  if (file !== undefined) throw new UsageError('buddy: expected FILE or --generate, got both');
  refuseFileFlags(flags);
  const {
    generate = '',
    ram = GENERATED_RAM,
    pageSize = GENERATED_PAGE,
    seed = GENERATED_SEED,
  } = flags;
  const pageShift = pageShiftOf(pageSize) as number;
  const given = allParameters()
    .filter(({ name }) => flags[name] !== undefined)
    .map((parameter) => [parameter.name, readValue(parameter, flags[parameter.name])]);
  const bytes = Number(ramOf(ram));
  if (bytes % 2 ** pageShift !== 0) {
    throw new InputError(`--ram: expected a multiple of the page, ${pageSize}, got '${ram}'`);
  }
  const map = nodeOf(generate, { pageShift, bytes }, Object.fromEntries(given), seed);
  const freeBlocks = map.freeBlocks(orderMaxOf(pageShift));
  return formatBuddyinfo([{ node: 0, zone: 'Normal', freeBlocks }]);
}

/** A node of such a past. Throws InputError with the option's name. */
function nodeOf(past: string, size: NodeSize, given: FragmentValues, seed: string) {
  const known = FRAGMENT_GENERATORS.map(({ name }) => name);
  if (!known.includes(past)) {
    throw new InputError(`--generate: unknown past '${past}'${suggest(past, known)}`);
  }
  const line = new ProgressLine();
  try {
    refuseEndless(past, size, given);
    const progress = (done: number, total: number) => line.showSteps(done, total);
    return generateNode(past, { ...size, progress }, given, randomOf(seed));
  } catch (error) {
    // The generators begin with the parameter's name, which is the option's.
    if (error instanceof InputError) throw new InputError(`--${error.message}`);
    throw error;
  } finally {
    line.end();
  }
}

/** Refuses a node whose steps would take minutes. Throws InputError that begins with the option's name. */
function refuseEndless(past: string, { pageShift, bytes }: NodeSize, given: FragmentValues): void {
  const generator = FRAGMENT_GENERATORS.find(({ name }) => name === past) as FragmentGenerator;
  const { steps = 0, rounds = 0 } = fragmentValues(generator, given);
  const passes = Math.max(steps, rounds, 1);
  if ((bytes / 2 ** pageShift) * passes <= PAGE_STEPS_MAX) return;
  const most = 2 ** (pageShift + Math.floor(Math.log2(PAGE_STEPS_MAX / passes)));
  const [page, wanted, got] = [2 ** pageShift, most, bytes].map((size) => formatSize(size));
  throw new InputError(
    `ram: expected at most ${wanted} in pages of ${page} with ${passes === 1 ? '1 step' : `${passes} steps`}, got ${got}: it would take minutes`,
  );
}

/** The parameters of all generators, each name once. */
function allParameters(): FragmentParameter[] {
  const byName = new Map<string, FragmentParameter>();
  for (const { parameters } of FRAGMENT_GENERATORS) {
    for (const parameter of parameters) {
      if (!byName.has(parameter.name)) byName.set(parameter.name, parameter);
    }
  }
  return [...byName.values()];
}

/** The generators with their presets, in lines of at most 80 columns. */
function pasts(): string {
  return textForOutput({
    title: 'Pasts of a host, for --generate, with their parameters:',
    sections: FRAGMENT_GENERATORS.map(({ name, description, parameters }) => ({
      title: name,
      tables: [],
      remarks: [
        description,
        parameters.map((parameter) => `--${parameter.name} ${presetOf(parameter)}`).join(' '),
      ],
    })),
  });
}

function presetOf({ kind, preset }: FragmentParameter): string {
  return kind === 'bytes' ? formatSize(preset) : String(preset);
}

function readValue({ name, kind }: FragmentParameter, text: string): number {
  if (kind === 'bytes') return Number(parseSize(text, `--${name}`));
  if (/^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return Number(text);
  throw new InputError(`--${name}: expected a number, got '${text}'`);
}

/** Parameters of generators mean nothing for a file. */
function refuseParameters(flags: Record<string, string | undefined>): void {
  const found = allParameters().find(({ name }) => flags[name] !== undefined);
  if (found) throw new UsageError(`buddy: --${found.name} expected with --generate only`);
}

function refuseFileFlags(flags: BuddyFlags): void {
  const found = FILE_FLAGS.find((name) => flags[name] !== undefined);
  if (found === undefined) return;
  const option = found === 'minFree' ? 'min-free' : found;
  throw new UsageError(`buddy: --${option} expected without --generate, which prints a buddyinfo`);
}

function pageShiftOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const shift = PAGE_SHIFTS[text.toUpperCase()];
  if (shift === undefined) throw new InputError(`--page-size: expected 4K or 64K, got '${text}'`);
  return shift;
}

function ramOf(text: string): bigint {
  const bytes = parseSize(text, '--ram');
  if (bytes >= 2n ** 20n && bytes <= 2n ** 50n) return bytes;
  throw new InputError(`--ram: expected 1M to 1P, got '${text}'`);
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new InputError(`${name}: expected a whole number, got '${text}'`);
}
