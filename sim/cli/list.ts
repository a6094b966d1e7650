/** `tcesim list`: PHBs, their parameters with origins, kernels, generators, formats, counters of a result. */
import { ERA_SPANS } from '../../models/kernel/kernel.ts';
import { FIRMWARE_LEVELS } from '../../models/phb/firmware.ts';
import { PARAMETER_RULES } from '../../models/phb/parameter-rules.ts';
import { PHB_PRESETS } from '../../models/phb/presets.ts';
import { type KeyedParameter, type PhbSpec, parametersOf } from '../../models/phb/spec.ts';
import { GENERATORS } from '../../traces/generate/generate.ts';
import { suggest } from '../../traces/nearest.ts';
import { BINARY_FORMATS, TEXT_FORMATS } from '../../traces/open.ts';
import { HYPERVISOR_NAMES, hypervisorTitle } from '../host/partition.ts';
import { LOG_COLUMNS } from '../replay/request-log-columns.ts';
import type { Report, Section } from '../report/document.ts';
import { renderMarkdown } from '../report/render-markdown.ts';
import { renderText } from '../report/render-text.ts';
import { type CounterGroup, counterGroups } from '../results/counter-list.ts';
import { specOf } from '../scenario/phb.ts';
import { PROGRAM_NAMES, programWords } from '../window/program.ts';
import { type Command, Option } from './program.ts';
import { UsageError } from './usage-error.ts';

/** What can be listed, and what is in the list. */
const WHATS = {
  phbs: 'PHBs, for --phb',
  firmware: 'levels of firmware, for --firmware',
  kernels: 'rule sets of kernels, for --kernel',
  hypervisors: 'hypervisors of pseries kernels, for --hypervisor',
  policies: 'programs that ask for windows, for window plan --policy',
  parameters: 'parameters of the unit and the host, for --set',
  generators: 'synthetic traffic, for trace generate',
  formats: 'traces and logs that are read',
  counters: 'every figure of a result, and of --requests',
} as const;
type What = keyof typeof WHATS;

interface ListFlags {
  readonly phb?: string;
  readonly format: 'table' | 'json' | 'markdown';
}

/** Gives the verb its options and its work. */
export function define(verb: Command): void {
  const forms = ['table', 'json', 'markdown'];
  verb
    .argument('[what]', Object.keys(WHATS).join(', '))
    .option('--phb <name>', 'whose parameters (all PHBs)')
    .addOption(new Option('--format <form>', 'of the output').choices(forms).default('table'))
    .action((what: string | undefined, flags: ListFlags) => {
      process.stdout.write(render(listing(what, flags), flags.format));
    });
}

function render(report: Report, format: ListFlags['format']): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(asRecords(report), null, 2)}\n`;
    case 'markdown':
      return renderMarkdown(report);
    case 'table':
      return renderText(report);
  }
}

function listing(what: string | undefined, { phb, format }: ListFlags): Report {
  const sections: Record<What, () => Section[]> = {
    phbs: () => [phbSection()],
    firmware: () => [firmwareSection()],
    kernels: () => [kernelSection()],
    hypervisors: () => [hypervisorSection()],
    policies: () => [policySection()],
    parameters: () => [
      meaningSection(format),
      ...presets(phb).map(parameterSection),
      ...overlays(phb),
      hostSection(),
    ],
    generators: () => [generatorSection()],
    formats: () => [formatSection()],
    counters: () => [...counterGroups().map(counterSection), requestColumns()],
  };
  if (what === undefined) return { title: 'tcesim list', sections: [namesSection()] };
  if (!Object.hasOwn(sections, what)) {
    throw new UsageError(`list: unknown '${what}'${suggest(what, Object.keys(WHATS))}`);
  }
  return { title: `tcesim: ${what}`, sections: sections[what as What]() };
}

/** The lists themselves: what stands behind `list`. */
function namesSection(): Section {
  return tableSection('Lists', ['list', 'what'], Object.entries(WHATS));
}

function presets(name: string | undefined): readonly PhbSpec[] {
  return name === undefined ? PHB_PRESETS : [specOf(name, '--phb')];
}

function phbSection(): Section {
  const rows = PHB_PRESETS.map(({ name, title, ioda }) => [name, title, ioda]);
  return tableSection('PHBs', ['name', 'what', 'architecture'], rows);
}

function firmwareSection(): Section {
  const rows = FIRMWARE_LEVELS.map(({ name, title, effect }) => [name, title, effect]);
  return tableSection('Firmware', ['name', 'what', 'on PHB4 and PHB5'], rows);
}

function kernelSection(): Section {
  const rows = ERA_SPANS.toReversed().map(({ era, versions, differs }) => [
    era.name,
    versions,
    differs,
  ]);
  return {
    title: 'Kernels',
    tables: [{ head: ['rules', 'Linux', 'unlike the ones before'], rows, left: [1, 2] }],
    remarks: [
      'Borders are inferred from the trees that were read; kernels of distributions may have later ' +
        'changes. Names: VERSION[-pseries][-4k|-64k], as 6.12-64k, or what uname -r prints.',
    ],
  };
}

function hypervisorSection(): Section {
  const rows = HYPERVISOR_NAMES.map((name) => [name, hypervisorTitle(name)]);
  return tableSection('Hypervisors', ['name', 'what'], rows);
}

function policySection(): Section {
  const rows = PROGRAM_NAMES.map((name) => [name, programWords(name)]);
  return tableSection('Policies', ['name', 'what'], rows);
}

/** What the parameters of all PHBs mean. A terminal has room for one column of words. */
function meaningSection(format: ListFlags['format']): Section {
  const isNarrow = format === 'table';
  const rows = Object.entries(PARAMETER_RULES).map(([key, { meaning, unit, allowed, rule }]) => [
    key,
    rule,
    ...(isNarrow
      ? [`${meaning}${unit === '-' ? '' : ` [${unit}]`}: ${allowed.text}`]
      : [unit, meaning, allowed.text]),
  ]);
  const words = isNarrow ? ['meaning [unit]: allowed'] : ['unit', 'meaning', 'allowed'];
  return {
    title: 'What parameters mean',
    tables: [{ head: ['key', 'rule', ...words], rows, left: [1, 2, 3, 4] }],
    remarks: ['The rules are those of docs/timing.md; head is its first paragraph.'],
  };
}

function parameterSection(spec: PhbSpec): Section {
  return parameterTable(`Parameters of ${spec.name}`, parametersOf(spec));
}

/** What levels of firmware set on top of the presets; PHB3 knows no difference. */
function overlays(phb: string | undefined): Section[] {
  if (presets(phb).every(({ ioda }) => ioda === 'ioda2')) return [];
  return FIRMWARE_LEVELS.filter(({ parameters }) => parameters.length > 0).map((level) =>
    parameterTable(`Firmware ${level.name} on PHB4 and PHB5`, level.parameters),
  );
}

function parameterTable(title: string, parameters: readonly KeyedParameter[]): Section {
  const rows = parameters.map(({ key, value, origin, source }) => [
    key,
    String(value),
    origin,
    source,
  ]);
  const head = ['key', 'value', 'origin', 'source'];
  return { title, tables: [{ head, rows, left: [2, 3] }], remarks: [] };
}

function hostSection(): Section {
  return {
    title: 'The host that tables come from',
    tables: [
      {
        head: ['key', 'value', 'origin', 'source'],
        rows: [
          [
            'host.kernel',
            '5.17',
            'assumed',
            'powernv kernel that makes the windows, 4.2 or later, as 6.12 or 4.18-4k',
          ],
          [
            'host.pages',
            '64K',
            'assumed',
            'page size of the kernel, 4K or 64K; as most distributions',
          ],
          [
            'host.ram',
            '64G',
            'assumed',
            "free memory of a PHB's node, less than 1P; a small server",
          ],
          [
            'host.freeBlocks',
            '-',
            'assumed',
            'free blocks by order, as 4000,900,200; instead of host.ram',
          ],
        ],
        left: [2, 3],
      },
    ],
    remarks: [],
  };
}

function generatorSection(): Section {
  const rows = GENERATORS.map(({ name, description }) => [name, description]);
  return tableSection('Generators', ['name', 'what it stresses'], rows);
}

function formatSection(): Section {
  const rows = [...TEXT_FORMATS, ...BINARY_FORMATS].map(({ name, description }) => [
    name,
    description,
  ]);
  rows.push(['arrow', 'trace file or stream of tcesim']);
  return tableSection('Trace formats', ['name', 'what'], rows);
}

/** A kind of object in a result; the rules are those of docs/timing.md. */
function counterSection({ title, counters, repeated }: CounterGroup): Section {
  const rows = counters.map(({ key, unit, rule, definition }) => [key, unit, rule, definition]);
  if (repeated.length > 0) rows.push(['as above', '', '', repeated.join(', ')]);
  return tableSection(title, ['key', 'unit', 'rule', 'definition'], rows);
}

/** What stands in a row of `run --requests`. */
function requestColumns(): Section {
  const rows = LOG_COLUMNS.map(({ name, bits, words, description }) => [
    name,
    words ? 'word' : `uint${bits}`,
    description,
  ]);
  return tableSection('A request, with --requests', ['column', 'type', 'definition'], rows);
}

/** A table of words without remarks; all but the first column, which stands left anyway, are set left. */
function tableSection(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): Section {
  const left = head.map((_, column) => column).slice(1);
  return { title, tables: [{ head, rows, left }], remarks: [] };
}

/** Each section's first table as records, keyed by its head. */
function asRecords(report: Report): Record<string, unknown> {
  return Object.fromEntries(
    report.sections.map(({ title, tables: [{ head, rows }] }) => [
      title,
      rows.map((row) => Object.fromEntries(head.map((name, column) => [name, row[column]]))),
    ]),
  );
}
