/** `tcesim explain NAME`: all that the lists and the rules of timing say of one name. */
import { suggest } from '../../traces/nearest.ts';
import type { Report, Section } from '../report/document.ts';
import { LISTINGS, MEANINGS } from './listings.ts';
import type { Command } from './program.ts';
import { textForOutput } from './terminal.ts';
import { timingRules } from './timing-rules.ts';
import { UsageError } from './usage-error.ts';

/** Gives the verb its work. */
export function define(verb: Command): void {
  verb
    .argument(
      '<name...>',
      'a word, parameter, figure, PHB, generator, format, ..., or a rule of timing',
    )
    .addHelpText('after', EXAMPLES)
    .action((name: readonly string[]) => {
      process.stdout.write(textForOutput(explanation(name.join(' '))));
    });
}

const EXAMPLES = `
Examples:
  tcesim explain tceCache.entries    what it means, what each PHB has and after which source
  tcesim explain merge wait          a word of the reports and the documents
  tcesim explain merged              a figure of results
  tcesim explain T14                 a rule of docs/timing.md
All names: tcesim list`;

/** A row of a list, the names that it begins with, and where it stands. */
interface Finding {
  readonly names: readonly string[];
  readonly section: string;
  readonly head: readonly string[];
  readonly row: readonly string[];
}

/** Throws UsageError on a name that no list has. */
function explanation(asked: string): Report {
  const rules = timingRules();
  const all = everything();
  const names = [...all.flatMap((each) => each.names), ...rules.keys()];
  const same = names.filter((name) => isSame(name, asked));
  if (same.length === 0) {
    throw new UsageError(`explain: unknown '${asked}'${suggest(asked, names)}`);
  }
  const found = all.filter((each) => each.names.some((name) => same.includes(name)));
  const numbers = new Set([...found.flatMap(rulesOf), ...same.filter((name) => rules.has(name))]);
  const values = found.filter(isValue);
  return {
    title: `tcesim: ${same.includes(asked) ? asked : same[0]}`,
    sections: [
      ...found.filter((each) => !isValue(each)).map(wordsOf),
      ...(values.length === 0 ? [] : [valuesOf(values)]),
      ...[...numbers].map((number) => ruleSection(number, rules.get(number) ?? '')),
    ],
  };
}

function everything(): Finding[] {
  return Object.values(LISTINGS).flatMap(({ sections }) =>
    sections(undefined).flatMap(({ title, tables: [{ head, rows }] }) =>
      rows.map((row) => ({ names: row[0].split(', '), section: title, head, row })),
    ),
  );
}

/** `merge wait` of a report, `mergeWait` of a result and `merge_wait` of a column are one name. */
function isSame(name: string, asked: string): boolean {
  return lettersOf(name) === lettersOf(asked);
}

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Whether it says what a PHB has, and not what a name means. */
function isValue({ head }: Finding): boolean {
  return head.includes('origin');
}

/** The numbers of the rules that a row names: `T4, T21`, `T14 to T16`. */
function rulesOf({ head, row }: Finding): string[] {
  if (!head.includes('rule')) return [];
  const spans = row[head.indexOf('rule')].matchAll(/T(\d+)(?: to T(\d+))?/g);
  return [...spans].flatMap(([, first, last = first]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, at) => `T${Number(first) + at}`),
  );
}

/** What a list says of the name, a line a column. */
function wordsOf({ section, head, row }: Finding): Section {
  const rows = head.slice(1).map((column, at) => [column, row[at + 1]]);
  const told = rows.filter(([, words]) => words !== '' && words !== '-');
  return {
    title: section === MEANINGS ? 'Parameter, for --set' : section,
    tables: [{ head: [], rows: told, left: [1] }],
    remarks: [],
  };
}

/** The values that PHBs and levels of firmware give a parameter, with their origins. */
function valuesOf(found: readonly Finding[]): Section {
  const rows = found.map(({ section, row: [, ...cells] }) => [
    section.replace('Parameters of ', ''),
    ...cells,
  ]);
  const head = ['of', 'value', 'origin', 'source'];
  return { title: 'Values', tables: [{ head, rows, left: [2, 3] }], remarks: [] };
}

function ruleSection(number: string, text: string): Section {
  return { title: `Rule ${number} (docs/timing.md)`, tables: [], remarks: [text] };
}
