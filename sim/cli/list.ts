/** `tcesim list`: PHBs, their parameters with origins, kernels, generators, formats, words, figures of a result. */
import { suggest } from '../../traces/nearest.ts';
import type { Report, Section } from '../report/document.ts';
import { renderMarkdown } from '../report/render-markdown.ts';
import { LISTINGS, MEANINGS, WORD_HEAD } from './listings.ts';
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

/** What lists are called elsewhere. */
const OTHER_NAMES: ReadonlyMap<string | undefined, string> = new Map([
  ['presets', 'phbs'],
  ['importers', 'formats'],
]);

function listing(asked: string | undefined, phb: string | undefined): Report {
  const what = OTHER_NAMES.get(asked) ?? asked;
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

/** A terminal has room for one column of sentences: what else a row tells stands in it, too. */
function narrowed(section: Section): Section {
  const [{ head, rows }] = section.tables;
  if (section.title === MEANINGS) {
    const told = rows.map(([key, rule, unit, meaning, allowed]) => [
      key,
      rule,
      `${meaning}${unit === '-' ? '' : ` [${unit}]`}: ${allowed}`,
    ]);
    return withTable(section, ['key', 'rule', 'meaning [unit]: allowed'], told);
  }
  if (head === WORD_HEAD) {
    const told = rows.map(([word, rule, meaning, source]) => [
      word.split(', ')[0],
      rule,
      `${meaning} [${source}]`,
    ]);
    return withTable(section, ['word', 'rule', 'meaning [source]'], told);
  }
  return section;
}

function withTable(section: Section, head: readonly string[], rows: string[][]): Section {
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
