/** The report's sections on DMA windows and PEs: what they are, their traffic, their latency. */
import { describeBytes } from '../../models/size.ts';
import type { Result } from '../results/result-schema.ts';
import type { Section, Table } from './document.ts';
import { LATENCY_HEAD, latencyCells, PARTS_IN_WORDS } from './latency-cells.ts';
import { formatCount, formatNs, formatShare } from './numbers.ts';

/** Rows of windows and PEs in a report; the result file has all of them. */
const LISTED_MAX = 12;
const TRAFFIC_HEAD = ['requests', 'hit', 'miss', 'merged', 'fault'];

/** Windows with the most requests first. */
export function windowsSection(result: Result): Section {
  const windows = [...result.windows].sort((a, b) => b.requests - a.requests);
  const geometry: Table = {
    head: ['#', 'PHB', 'PE', 'bus address', 'levels', 'page', 'table', 'reach', 'TVE'],
    rows: windows
      .slice(0, LISTED_MAX)
      .map((window, index) => [
        `${index + 1}`,
        `${window.phb}`,
        `${window.pe}`,
        window.busAddress,
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
  const traffic: Table = {
    head: ['#', ...TRAFFIC_HEAD],
    rows: join(names, listed.map(trafficRow)),
  };
  return {
    title: 'Windows',
    tables: [geometry, traffic, ...latencyTables(['#'], names, listed)],
    remarks: [
      'Reach is what the tables cover, often more than the window that was asked for.',
      ...(hasSharedPe(result)
        ? []
        : ['Each PE has one window: these are the figures of the PEs, too.']),
      ...omitted(windows.length, 'windows'),
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
      { head: ['PHB', 'PE', ...TRAFFIC_HEAD], rows: join(names, listed.map(trafficRow)) },
      ...latencyTables(['PHB', 'PE'], names, listed),
    ],
    remarks: omitted(pes.length, 'PEs'),
  };
}

/** Latency of each window or PE with requests, and the mean of each of its parts. */
function latencyTables(
  heads: readonly string[],
  names: readonly string[][],
  listed: readonly Traffic[],
): Table[] {
  const busy = names.filter((_, index) => listed[index].requests > 0);
  const served = listed.filter(({ requests }) => requests > 0);
  const means = served.map(({ parts }) => Object.values(parts).map(formatNs));
  const partHeads = Object.values(PARTS_IN_WORDS).map((words) => words.replace(' wait', ''));
  return [
    {
      head: [...heads, 'ns:', ...LATENCY_HEAD],
      rows: join(
        busy,
        served.map(({ latency }) => ['', ...latencyCells(latency)]),
      ),
    },
    {
      head: [...heads, 'mean:', ...partHeads],
      rows: join(
        busy,
        means.map((row) => ['', ...row]),
      ),
    },
  ].filter(({ rows }) => rows.length > 0);
}

/** Rows side by side. */
function join(left: readonly string[][], right: readonly string[][]): string[][] {
  return left.map((row, index) => [...row, ...right[index]]);
}

type Traffic = Result['pes'][number] | Result['windows'][number];

function trafficRow(of: Traffic): string[] {
  const share = (count: number) => formatShare(count, of.requests);
  return [
    formatCount(of.requests),
    share(of.hits),
    share(of.misses),
    share(of.merged),
    share(of.faults),
  ];
}

/** Whether a PE has more than one window, so that its sum says something new. */
export function hasSharedPe({ windows }: Result): boolean {
  const pes = windows.map(({ phb, pe }) => `${phb} ${pe}`);
  return new Set(pes).size < pes.length;
}

function omitted(count: number, what: string): string[] {
  return count > LISTED_MAX
    ? [`${count - LISTED_MAX} more ${what} with fewer requests are in the JSON result.`]
    : [];
}
