/** The verdict in words: the best level count for each window size, and why no other. */
import { describeBytes } from '../../models/size.ts';
import type { Section } from '../report/document.ts';
import { formatCount, formatNs } from '../report/numbers.ts';
import { type LevelCase, type LevelOutcome, serves } from './verdict.ts';

/** Less is no difference that a reader could use. */
const NOTHING_NS = 0.5;

/** What the cases of a study say together: a line for each run of windows with the same best count. */
export function verdictSection(cases: readonly LevelCase[], varied: readonly string[]): Section {
  const rows = groupsOf(cases).flatMap((group) => {
    const place = placeWords(group[0].values, varied);
    return runsOf(group).map((run, at) => [
      at === 0 ? place : '',
      windowsOf(run),
      bestWords(run[0]),
    ]);
  });
  return {
    title: 'Verdict: the best level count for each window',
    tables: [{ head: ['where', 'window', 'best'], rows, left: [1, 2] }],
    remarks: [
      ...costRemarks(cases),
      ...refusalRemarks(cases),
      'Best is the fewest levels whose mean latency is within 1 % of the shortest, over all traces alike, among the level counts whose window was created and that refused no request.',
    ],
  };
}

/** The cases of each place in full, window by window: why fewer levels do not do, and what more would cost. */
export function caseSections(cases: readonly LevelCase[], varied: readonly string[]): Section[] {
  const sections = groupsOf(cases).map((group) => ({
    title: placeWords(group[0].values, varied) || 'Windows',
    tables: [
      {
        head: ['window', 'best', 'table', 'why not fewer, and what more would cost'],
        rows: group.map((each) => [
          each.values.window,
          each.best === undefined ? '-' : String(each.best.levels),
          each.best?.window ? describeBytes(each.best.window.tableBytes) : '-',
          reasonWords(each),
        ]),
        left: [3],
      },
    ],
    remarks: [] as string[],
  }));
  return merged(sections);
}

/** Sections that say the same under several titles become one. */
function merged(sections: readonly Section[]): Section[] {
  const byContent = new Map<string, Section>();
  for (const section of sections) {
    const key = JSON.stringify(section.tables);
    const known = byContent.get(key);
    const title =
      known === undefined ? section.title : `${known.title}; the same: ${section.title}`;
    byContent.set(key, { ...section, title });
  }
  return [...byContent.values()];
}

/** Why a case's best is its best, in a sentence for each other level count. */
function reasonWords({ outcomes, best }: LevelCase): string {
  const others = outcomes.filter((each) => each !== best);
  const words = groupedBy(others, (each) => otherWords(each, best)).map(
    ([text, counts]) => `${levelsWords(counts.map(({ levels }) => levels))}: ${text}`,
  );
  return words.join('; ');
}

function otherWords(other: LevelOutcome, best: LevelOutcome | undefined): string {
  const { window, failed, faults, missingBlocks } = other;
  if (failed !== undefined) return `failed: ${failed}`;
  if (window === null || !window.created) return refusalWords(window);
  if (faults > 0) {
    const why = missingBlocks > 0 ? ', no memory for the tables of their pages' : '';
    return `${formatCount(faults)} requests refused${why}`;
  }
  return best === undefined ? 'created' : differenceWords(other, best);
}

function refusalWords(window: LevelOutcome['window']): string {
  if (window === null) return 'not tried';
  const { errno, orderWanted, availableOrder, reason } = window;
  if (lacksBlock(window)) {
    return `${errno}, wants order ${orderWanted}, ${freeWords(availableOrder)}`;
  }
  return orderWanted === null ? `${errno}` : `${errno}, ${reason}`;
}

/** Whether no free block was large enough; a window may lack other things as well. */
function lacksBlock({ orderWanted, availableOrder }: NonNullable<LevelOutcome['window']>): boolean {
  return orderWanted !== null && (availableOrder ?? -1) < orderWanted;
}

function freeWords(order: number | null): string {
  return order === null || order < 0 ? 'nothing is free' : `${order} is the largest free`;
}

/** What a level count costs against another, by trace. */
function differenceWords(other: LevelOutcome, best: LevelOutcome): string {
  return [...other.means]
    .map(([trace, mean]) => {
      const base = best.means.get(trace) ?? mean;
      const more = mean - base;
      if (Math.abs(more) < NOTHING_NS) return `${trace} +0`;
      const sign = more > 0 ? '+' : '-';
      const share = base === 0 ? '' : ` (${((100 * Math.abs(more)) / base).toFixed(0)} %)`;
      return `${trace} ${sign}${formatNs(Math.round(Math.abs(more)))} ns${share}`;
    })
    .join(', ');
}

/** What one level more costs each trace, over all cases. */
function costRemarks(cases: readonly LevelCase[]): string[] {
  const steps = new Map<string, number[]>();
  for (const { outcomes } of cases) {
    outcomes.forEach((outcome, at) => {
      const before = outcomes[at - 1];
      if (before === undefined || !serves(before) || !serves(outcome)) return;
      for (const [trace, mean] of outcome.means) {
        const base = before.means.get(trace);
        if (base !== undefined) steps.set(trace, [...(steps.get(trace) ?? []), mean - base]);
      }
    });
  }
  const words = [...steps].map(([trace, all]) => `${trace} ${spreadWords(all)}`);
  if (words.length === 0) return [];
  return [`One level more changes the mean latency of a request: ${words.join('; ')}.`];
}

function spreadWords(all: readonly number[]): string {
  const sorted = [...all].sort((one, other) => one - other);
  const at = (share: number) => formatSigned(sorted[Math.floor(share * (sorted.length - 1))]);
  return `${at(0.5)} ns (from ${at(0)} to ${at(1)})`;
}

function formatSigned(ns: number): string {
  const rounded = Math.round(ns);
  return rounded > 0 ? `+${rounded}` : String(rounded);
}

/** Which level counts were refused, in how many windows, and why. */
function refusalRemarks(cases: readonly LevelCase[]): string[] {
  const refused = cases.flatMap(({ outcomes }) =>
    outcomes.flatMap(({ levels, window }) =>
      window === null || window.created ? [] : [{ levels, why: whyRefused(window) }],
    ),
  );
  const groups = groupedBy(refused, ({ why }) => why);
  const memoryFirst = [...groups].sort(([one], [other]) => rankOf(one) - rankOf(other));
  return memoryFirst.map(([why, group]) => {
    const counts = [...new Set(group.map(({ levels }) => levels))].sort(
      (one, other) => one - other,
    );
    const [errno, ...reason] = why.split(': ');
    const windows = `${group.length} window${group.length === 1 ? '' : 's'}`;
    return `${errno} for ${levelsWords(counts)} in ${windows}: ${reason.join(': ')}.`;
  });
}

/** Want of memory is told first. */
function rankOf(why: string): number {
  return why.startsWith('ENOMEM') ? 0 : 1;
}

/** The answer and its reason; what differs in its figures only is told alike. */
function whyRefused(window: NonNullable<LevelOutcome['window']>): string {
  const { errno, reason } = window;
  if (lacksBlock(window)) return `${errno}: a level wants a larger block than the host has free`;
  if (reason?.includes('address bits')) {
    return `${errno}: the levels reach more address bits than the kernel allows`;
  }
  return `${errno}: ${reason}`;
}

/** Cases that differ in their window only. */
function groupsOf(cases: readonly LevelCase[]): LevelCase[][] {
  const key = ({ values: { window: _window, ...rest } }: LevelCase) => JSON.stringify(rest);
  return groupedBy(cases, key).map(([, group]) => group);
}

/** Neighbours with the same best level count. */
function runsOf(group: readonly LevelCase[]): LevelCase[][] {
  const runs: LevelCase[][] = [];
  for (const each of group) {
    const run = runs.at(-1);
    if (run && run[0].best?.levels === each.best?.levels) run.push(each);
    else runs.push([each]);
  }
  return runs;
}

function windowsOf(run: readonly LevelCase[]): string {
  const [first, last] = [run[0].values.window, (run.at(-1) as LevelCase).values.window];
  return first === last ? first : `${first} to ${last}`;
}

function bestWords({ best }: LevelCase): string {
  return best === undefined ? 'none serves' : levelsWords([best.levels]);
}

/** `1 level`, `2 levels`, `3 to 5 levels`. */
function levelsWords(counts: readonly number[]): string {
  const [first] = counts;
  if (counts.length === 1) return `${first} level${first === 1 ? '' : 's'}`;
  const last = counts[counts.length - 1];
  const isRun = last - first === counts.length - 1;
  return `${isRun ? `${first} to ${last}` : counts.join(', ')} levels`;
}

/** The values that tell a place from others. */
function placeWords(values: Readonly<Record<string, string>>, varied: readonly string[]): string {
  return Object.entries(values)
    .filter(([axis]) => axis !== 'window' && varied.includes(axis))
    .map(([axis, value]) => `${axis} ${value}`)
    .join(', ');
}

function groupedBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): [string, Item[]][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups];
}
