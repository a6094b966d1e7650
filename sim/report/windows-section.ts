/** The report's sections on DMA windows and PEs: what they are, their traffic, their latency. */
import { describeBytes } from '../../models/size.ts';
import type { Result } from '../results/result-schema.ts';
import type { Section, Table } from './document.ts';
import { directionRows, LATENCY_HEAD, PART_NAMES } from './latency-cells.ts';
import { formatBase, formatCount, formatCountOf, formatNs, formatShare } from './numbers.ts';

/** Rows of windows and PEs in a report; the result file has all of them. */
const LISTED_MAX = 12;
/** Windows or PEs side by side, that a line may hold. */
const PART_COLUMNS = 6;

/** Windows with the most requests first. */
export function windowsSection(result: Result): Section {
  const windows = [...result.windows].sort((a, b) => b.requests - a.requests);
  const geometry: Table = {
    head: ['#', 'PHB', 'PE', 'base', 'levels', 'page', 'table', 'reach', 'TVE'],
    rows: windows
      .slice(0, LISTED_MAX)
      .map((window, index) => [
        `${index + 1}`,
        `${window.phb}`,
        `${window.pe}`,
        formatBase(window.busAddress),
        window.kind === 'translated' ? `${window.levels}` : '-',
        window.kind === 'translated' ? describeBytes(window.pageBytes) : window.kind,
        window.kind === 'translated' ? describeBytes(window.tableBytes) : '-',
        describeBytes(window.reachBytes),
        window.tve,
      ]),
    left: [3],
  };
  const listed = windows.slice(0, LISTED_MAX);
  const names = listed.map((_, index) => [`${index + 1}`]);
  return {
    title: 'Windows',
    tables: [geometry, trafficTable(['#'], names, listed), ...latencyTables(['#'], names, listed)],
    remarks: [
      'Reach is what the tables cover, often more than the window that was asked for.',
      ...(hasSharedPe(result)
        ? []
        : ['Each PE has one window: these are the figures of the PEs, too.']),
      ...omitted(windows.length, 'window'),
    ],
  };
}

/** PEs with the most requests first. */
export function pesSection(result: Result): Section {
  const pes = [...result.pes].sort((a, b) => b.requests - a.requests);
  const listed = pes.slice(0, LISTED_MAX);
  const names = listed.map(({ phb, pe }) => [`${phb}`, `${pe}`]);
  return {
    title: 'PEs',
    tables: [
      trafficTable(['PHB', 'PE'], names, listed),
      ...latencyTables(['PHB', 'PE'], names, listed),
    ],
    remarks: omitted(pes.length, 'PE'),
  };
}

/** Latency of each window or PE with requests, and the means of its parts. */
function latencyTables(
  heads: readonly string[],
  names: readonly string[][],
  listed: readonly Traffic[],
): Table[] {
  const busy = names.filter((_, index) => listed[index].requests > 0);
  const served = listed.filter(({ requests }) => requests > 0);
  const blank = heads.map(() => '');
  const rows = served.flatMap(({ latency }, index) =>
    directionRows(latency).map((row, turn) => [...(turn === 0 ? busy[index] : blank), ...row]),
  );
  const tables = [
    { head: [...heads, 'in ns', ...LATENCY_HEAD], rows, left: [heads.length] },
    ...partTables(busy, served),
  ];
  return tables.filter((table) => table.rows.length > 0);
}

/** Mean of each part, windows or PEs side by side; parts in which none of them spent time are left out. */
function partTables(names: readonly string[][], served: readonly Traffic[]): Table[] {
  const used = PART_NAMES.filter(([name]) => served.some(({ parts }) => parts[name] > 0));
  return Array.from({ length: Math.ceil(served.length / PART_COLUMNS) }, (_, turn) => {
    const [from, to] = [turn * PART_COLUMNS, (turn + 1) * PART_COLUMNS];
    return {
      head: ['mean ns', ...names.slice(from, to).map((name) => `#${name.join(':')}`)],
      rows: used.map(([name, words]) => [
        words,
        ...served.slice(from, to).map(({ parts }) => formatNs(parts[name])),
      ]),
    };
  });
}

type Traffic = Result['pes'][number] | Result['windows'][number];

/** What became of the requests; outcomes that need not be there only if they are. */
function trafficTable(
  heads: readonly string[],
  names: readonly string[][],
  listed: readonly Traffic[],
): Table {
  const outcomes: [head: string, of: (traffic: Traffic) => number, isOptional: boolean][] = [
    ['hit', ({ hits }) => hits, false],
    ['line hit', ({ lineHits }) => lineHits, true],
    ['miss', ({ misses }) => misses, false],
    ['merged', ({ merged }) => merged, false],
    ['fault', ({ faults }) => faults, false],
    ['dropped', ({ dropped }) => dropped.frozen + dropped.fenced, true],
  ];
  const told = outcomes.filter(
    ([, of, isOptional]) => !isOptional || listed.some((each) => of(each) > 0),
  );
  return {
    head: [...heads, 'requests', ...told.map(([head]) => head)],
    rows: listed.map((each, index) => [
      ...names[index],
      formatCount(each.requests),
      ...told.map(([, of]) => formatShare(of(each), each.requests)),
    ]),
  };
}

/** Whether a PE has more than one window, so that its sum says something new. */
export function hasSharedPe({ windows }: Result): boolean {
  const pes = windows.map(({ phb, pe }) => `${phb} ${pe}`);
  return new Set(pes).size < pes.length;
}

function omitted(count: number, noun: string): string[] {
  const more = count - LISTED_MAX;
  return more > 0
    ? [
        `${formatCountOf(more, `more ${noun}`)} with fewer requests ${more === 1 ? 'is' : 'are'} in the JSON result.`,
      ]
    : [];
}
