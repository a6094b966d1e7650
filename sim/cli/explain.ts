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
    .argument('<name>', 'a parameter, figure, PHB, generator, format, ..., or a rule of timing')
    .addHelpText('after', EXAMPLES)
    .action((name: string) => {
      process.stdout.write(textForOutput(explanation(name)));
    });
}

const EXAMPLES = `
Examples:
  tcesim explain tceCache.entries    what it means, what each PHB has and after which source
  tcesim explain merged              a figure of results
  tcesim explain T14                 a rule of docs/timing.md
All names: tcesim list`;

/** A row of a list that begins with the name, and where it stands. */
interface Finding {
  readonly section: string;
  readonly head: readonly string[];
  readonly row: readonly string[];
}

/** Throws UsageError on a name that no list has. */
function explanation(asked: string): Report {
  const rules = timingRules();
  const all = everything();
  const names = [...new Set([...all.map(({ row }) => row[0]), ...rules.keys()])];
  const name = names.find((each) => each === asked) ?? nameInAnyCase(asked, names);
  if (name === undefined)
    throw new UsageError(`explain: unknown '${asked}'${suggest(asked, names)}`);
  const found = all.filter(({ row }) => row[0] === name);
  const numbers = new Set(found.flatMap(rulesOf));
  if (rules.has(name)) numbers.add(name);
  const values = found.filter(isValue);
  return {
    title: `tcesim: ${name}`,
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
      rows.map((row) => ({ section: title, head, row })),
    ),
  );
}

function nameInAnyCase(asked: string, names: readonly string[]): string | undefined {
  return names.find((each) => each.toLowerCase() === asked.toLowerCase());
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
