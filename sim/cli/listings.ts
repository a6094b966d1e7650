/** What can be named, on the command line or in a file, and every figure of a result: lists of it as tables. */
import { DEFAULT_VERSION, ERA_SPANS } from '../../models/kernel/kernel.ts';
import { FIRMWARE_LEVELS } from '../../models/phb/firmware.ts';
import { PARAMETER_RULES } from '../../models/phb/parameter-rules.ts';
import { PHB_PRESETS } from '../../models/phb/presets.ts';
import { type KeyedParameter, type PhbSpec, parametersOf } from '../../models/phb/spec.ts';
import { GENERATORS } from '../../traces/generate/generate.ts';
import { BINARY_FORMATS, TEXT_FORMATS } from '../../traces/open.ts';
import { HYPERVISOR_NAMES, hypervisorTitle } from '../host/partition.ts';
import { LOG_COLUMNS } from '../replay/request-log-columns.ts';
import type { Section } from '../report/document.ts';
import { type CounterGroup, counterGroups } from '../results/counter-list.ts';
import { specOf } from '../scenario/phb.ts';
import { PROGRAM_NAMES, programWords } from '../window/program.ts';
import { GLOSSARY } from './glossary/glossary.ts';
import type { Chapter } from './glossary/word.ts';

/** A list: what is in it, and its tables. */
export interface Listing {
  readonly title: string;
  /** Of one PHB where a name is given, of all otherwise; only parameters differ. Throws InputError on the name. */
  sections(phb: string | undefined): Section[];
}

/** The title of the table that says what parameters mean. */
export const MEANINGS = 'What parameters mean';

/** The columns of a table of words. */
export const WORD_HEAD = ['word', 'rule', 'meaning', 'source'];

/** By the word that asks for it. */
export const LISTINGS: Readonly<Record<string, Listing>> = {
  phbs: { title: 'PHBs, for --phb', sections: () => [phbSection()] },
  firmware: { title: 'levels of firmware, for --firmware', sections: () => [firmwareSection()] },
  kernels: { title: 'rule sets of kernels, for --kernel', sections: () => [kernelSection()] },
  hypervisors: {
    title: 'hypervisors of pseries kernels, for --hypervisor',
    sections: () => [hypervisorSection()],
  },
  policies: {
    title: 'programs that ask for windows, for window plan --policy',
    sections: () => [policySection()],
  },
  parameters: {
    title: 'parameters of the unit and the host, for --set',
    sections: (phb) => [
      meaningSection(),
      ...presets(phb).map(parameterSection),
      ...overlays(phb),
      hostSection(),
    ],
  },
  generators: {
    title: 'synthetic traffic, for trace generate',
    sections: () => [generatorSection()],
  },
  formats: { title: 'traces and logs that are read', sections: () => [formatSection()] },
  words: {
    title: 'words of the reports and of the documents',
    sections: () => GLOSSARY.map(wordSection),
  },
  counters: {
    title: 'every figure of a result, and of --requests',
    sections: () => [...counterGroups().map(counterSection), requestColumns()],
  },
};

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

/** What the parameters of all PHBs mean. */
function meaningSection(): Section {
  const rows = Object.entries(PARAMETER_RULES).map(([key, { meaning, unit, allowed, rule }]) => [
    key,
    rule,
    unit,
    meaning,
    allowed.text,
  ]);
  return {
    title: MEANINGS,
    tables: [{ head: ['key', 'rule', 'unit', 'meaning', 'allowed'], rows, left: [1, 2, 3, 4] }],
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
            DEFAULT_VERSION,
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

function wordSection({ title, words }: Chapter): Section {
  const rows = words.map(({ word, rule, meaning, source }) => [word, rule, meaning, source]);
  return tableSection(title, WORD_HEAD, rows);
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
