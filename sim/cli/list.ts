/** `tcesim list`: PHBs, their parameters with origins, kernels, generators, formats, counters of a result. */
import { suggest } from '../../traces/nearest.ts';
import type { Report, Section } from '../report/document.ts';
import { renderMarkdown } from '../report/render-markdown.ts';
import { LISTINGS, MEANINGS } from './listings.ts';
import { argumentOf, type Command, Option } from './program.ts';
import { textForOutput } from './terminal.ts';
import { UsageError } from './usage-error.ts';

interface ListFlags {
  readonly phb?: string;
  readonly format: 'table' | 'json' | 'markdown';
}

/** Gives the verb its options and its work. */
export function define(verb: Command): void {
  const forms = ['table', 'json', 'markdown'];
  verb
    .addArgument(argumentOf('[what]', 'which list', Object.keys(LISTINGS)))
    .option('--phb <name>', 'whose parameters (all PHBs)')
    .addOption(new Option('--format <form>', 'of the output').choices(forms).default('table'))
    .addHelpText('after', EXAMPLES)
    .action((what: string | undefined, { phb, format }: ListFlags) => {
      process.stdout.write(render(listing(what, phb), format));
    });
}

const EXAMPLES = `
Examples:
  tcesim list parameters --phb phb3
  tcesim list counters --format markdown
  tcesim explain tceCache.entries         all about one name`;

function render(report: Report, format: ListFlags['format']): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(asRecords(report), null, 2)}\n`;
    case 'markdown':
      return renderMarkdown(report);
    case 'table':
      return textForOutput({ ...report, sections: report.sections.map(narrowed) });
  }
}

function listing(what: string | undefined, phb: string | undefined): Report {
  if (what === undefined) return { title: 'tcesim list', sections: [listsSection()] };
  if (!Object.hasOwn(LISTINGS, what)) {
    throw new UsageError(`list: unknown '${what}'${suggest(what, Object.keys(LISTINGS))}`);
  }
  return { title: `tcesim: ${what}`, sections: LISTINGS[what].sections(phb) };
}

/** The lists themselves: what stands behind `list`. */
function listsSection(): Section {
  const rows = Object.entries(LISTINGS).map(([name, { title }]) => [name, title]);
  return { title: 'Lists', tables: [{ head: ['list', 'what'], rows, left: [1] }], remarks: [] };
}

/** A terminal has room for one column of words: there the meaning of a parameter, its unit and its values are one. */
function narrowed(section: Section): Section {
  if (section.title !== MEANINGS) return section;
  const rows = section.tables[0].rows.map(([key, rule, unit, meaning, allowed]) => [
    key,
    rule,
    `${meaning}${unit === '-' ? '' : ` [${unit}]`}: ${allowed}`,
  ]);
  const head = ['key', 'rule', 'meaning [unit]: allowed'];
  return { ...section, tables: [{ head, rows, left: [1, 2] }] };
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
