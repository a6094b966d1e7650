/** `tcesim list`: PHBs, their parameters with origins, generators, formats. */
import { InputError } from '../../models/input-error.ts';
import { PHB_PRESETS, presetOf } from '../../models/phb/presets.ts';
import { parametersOf } from '../../models/phb/spec.ts';
import { GENERATORS } from '../../traces/generate/generate.ts';
import { suggest } from '../../traces/nearest.ts';
import { TEXT_FORMATS } from '../../traces/open.ts';
import type { Report, Section } from '../report/document.ts';
import { renderText } from '../report/render-text.ts';
import type { Command } from './program.ts';
import { Option } from './program.ts';

const WHATS = ['phbs', 'parameters', 'generators', 'formats'] as const;

/** Adds `list`. */
export function addListCommand(program: Command): void {
  program
    .command('list')
    .description('what can be named: PHBs, parameters for --set, generators, trace formats')
    .argument('[what]', WHATS.join(', '))
    .option('--phb <name>', 'whose parameters', 'phb4')
    .addOption(
      new Option('--format <form>', 'of the output').choices(['table', 'json']).default('table'),
    )
    .action((what: string | undefined, flags: { phb: string; format: string }) => {
      const report = listing(what, flags.phb);
      process.stdout.write(
        flags.format === 'json'
          ? `${JSON.stringify(asRecords(report), null, 2)}\n`
          : renderText(report),
      );
    });
}

function listing(what: string | undefined, phb: string): Report {
  if (what !== undefined && !(WHATS as readonly string[]).includes(what)) {
    throw new InputError(`list: unknown '${what}'${suggest(what, WHATS)}`);
  }
  const sections = [phbSection(), parameterSection(phb), generatorSection(), formatSection()];
  const wanted = what === undefined ? sections : [sections[WHATS.indexOf(what as never)]];
  return { title: 'tcesim', sections: wanted };
}

function phbSection(): Section {
  const rows = PHB_PRESETS.map(({ name, title, ioda }) => [name, title, ioda]);
  return {
    title: 'PHBs',
    tables: [{ head: ['name', 'what', 'architecture'], rows, left: [1, 2] }],
    remarks: [],
  };
}

function parameterSection(name: string): Section {
  const spec = presetOf(name);
  if (!spec) {
    const known = PHB_PRESETS.map((preset) => preset.name);
    throw new InputError(`--phb: unknown PHB '${name}'${suggest(name, known)}`);
  }
  const rows = parametersOf(spec).map(({ key, value, origin, source }) => [
    key,
    String(value),
    origin,
    source,
  ]);
  return {
    title: `Parameters of ${name}`,
    tables: [{ head: ['key', 'value', 'origin', 'source'], rows, left: [2, 3] }],
    remarks: ['host.pages, host.ram and host.freeBlocks describe the host that tables come from.'],
  };
}

function generatorSection(): Section {
  const rows = GENERATORS.map(({ name, description }) => [name, description]);
  return {
    title: 'Generators',
    tables: [{ head: ['name', 'what it stresses'], rows, left: [1] }],
    remarks: [],
  };
}

function formatSection(): Section {
  const rows = TEXT_FORMATS.map(({ name, description }) => [name, description]);
  return {
    title: 'Trace formats',
    tables: [
      {
        head: ['name', 'what'],
        rows: [...rows, ['arrow', 'trace file or stream of tcesim']],
        left: [1],
      },
    ],
    remarks: [],
  };
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
