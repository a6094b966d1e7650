/** The tables of docs/contiguity.md, from what the hosts answered. */
import { formatIndex } from '../models/memory/indices.ts';
import { describeBytes, formatSize } from '../models/size.ts';
import { TABLE_LEVELS_MAX } from '../models/table/geometry.ts';
import { formatCount } from '../sim/report/numbers.ts';
import {
  type Answers,
  HOST_KINDS,
  type StudyPlan,
  type WindowOutcome,
  windowOutcomes,
} from './contiguity-study.ts';

/** Log2 of the windows in the tables: 2 GiB to 64 TiB. */
const WINDOW_SHIFTS = [31, 33, 35, 37, 39, 41, 43, 45, 46];
/** Log2 of the IO pages: 4K, 64K and 2M. */
const PAGE_SHIFTS = [12, 16, 21];

/** All tables of the study, one kernel after the other; `answers` has the kinds of host of each kernel. */
export function studyTables(plan: StudyPlan, answers: readonly (readonly Answers[])[]): string {
  const sections = answers.flatMap((ofKernel) => {
    const page = formatSize(2 ** ofKernel[0].basePageShift);
    return [
      `## A kernel with ${page} pages`,
      '### The hosts',
      kindTable(ofKernel),
      '### The blocks of a CREATE, by order',
      refusalsInWords(plan, ofKernel),
      orderTable(ofKernel),
      ...PAGE_SHIFTS.flatMap((shift) => [
        `### Windows of ${formatSize(2 ** shift)} IO pages`,
        windowTables(windowOutcomes(shift, WINDOW_SHIFTS, ofKernel), ofKernel),
      ]),
    ];
  });
  return sections.join('\n\n');
}

/** The kinds of host with their parameters, for the head of the document. */
export function kindsInWords(): string {
  const rows = HOST_KINDS.map(({ name, past, values }) => {
    const given = Object.entries(values).map(([key, value]) => {
      if (typeof value !== 'number') return `${key} ${value.join(' to ')}`;
      return `${key} ${key === 'extent' ? formatSize(value) : value}`;
    });
    return [name, past, given.join(', ') || 'presets'];
  });
  return pipeTable(['host', '--generate', 'parameters'], rows, 3);
}

/** What a kind looks like from outside, so that a reader finds his own host among them. */
function kindTable(answers: readonly Answers[]): string {
  const orders = answers[0].unusable.map((_, order) => `order ${order}`);
  const rows = answers.map(({ kind, freeShare, unusable }) => [
    kind,
    `${(100 * freeShare).toFixed(1)} %`,
    ...unusable.map(formatIndex),
  ]);
  return `Free memory and unusable index, means:\n\n${pipeTable(['host', 'free', ...orders], rows, 1)}`;
}

function refusalsInWords(plan: StudyPlan, [{ waitingHosts }]: readonly Answers[]): string {
  return (
    `Hosts that refuse, of ${formatCount(plan.hosts)}, two blocks to atomic requests: the roots of a table and of` +
    ` its mirror (Linux 4.19 and later). And of ${formatCount(waitingHosts)}, one block to a request that may wait` +
    ' for reclaim and compaction: a table of one level, whose mirror is no block (until 4.18).'
  );
}

function orderTable(answers: readonly Answers[]): string {
  const { basePageShift, refusedAtomic } = answers[0];
  const rows = refusedAtomic.map((_, order) => [
    String(order),
    formatSize(2 ** (order + basePageShift)),
    ...answers.map((each) => formatCount(each.refusedAtomic[order])),
    ...answers.map((each) => formatCount(each.refusedWaiting[order])),
  ]);
  const kinds = answers.map(({ kind }) => kind);
  const head = [
    'order',
    'block',
    ...kinds.map((kind) => `two, ${kind}`),
    ...kinds.map((kind) => `one, waiting, ${kind}`),
  ];
  return pipeTable(head, rows, 0);
}

/** The windows of one page size, and the level counts that no window has. */
function windowTables(outcomes: readonly WindowOutcome[], answers: readonly Answers[]): string {
  const missing = Array.from({ length: TABLE_LEVELS_MAX }, (_, at) => at + 1).filter(
    (levels) => !outcomes.some((outcome) => outcome.levels === levels),
  );
  const table = windowTable(outcomes, answers);
  if (missing.length === 0) return table;
  const refused = `Refused whatever the window, EINVAL, for they reach too many address bits: ${missing.join(', ')} levels.`;
  return `${table}\n\n${refused}`;
}

function windowTable(outcomes: readonly WindowOutcome[], answers: readonly Answers[]): string {
  const { basePageShift } = answers[0];
  const kinds = answers.map(({ kind }) => kind);
  const rows = outcomes.map(({ windowShift, levels, order, fullBlocks, ...failed }) => [
    formatSize(2 ** windowShift),
    String(levels),
    String(order),
    ...failed.createFailed.map(formatCount),
    describeBytes(fullBlocks * 2 ** (order + basePageShift)),
    ...failed.mapFailed.map(formatCount),
  ]);
  const head = [
    'window',
    'levels',
    'order',
    ...kinds.map((kind) => `CREATE, ${kind}`),
    'full tables',
    ...kinds.map((kind) => `full, ${kind}`),
  ];
  return pipeTable(head, rows, 0);
}

/** A pipe table, the first `left` columns left-aligned. */
function pipeTable(head: readonly string[], rows: readonly string[][], left: number): string {
  const rule = head.map((_, column) => (column < left ? ':--' : '--:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
