/** The report's section on frozen PEs and fenced PHBs: what froze, when, and what the PEST says. */
import type { Result } from '../results/result-schema.ts';
import type { Section, Table } from './document.ts';
import { formatCount, formatCountOf, formatShare, formatTime } from './numbers.ts';

const LISTED_MAX = 8;

type Freeze = Result['freezes']['list'][number];

/** Whether a result has freezes or fences to tell of. */
export function hasFreezes({ freezes, fences }: Result): boolean {
  return freezes.count > 0 || fences.length > 0;
}

/** The first freezes and fences, and how many requests were dropped for them. */
export function freezesSection(result: Result): Section {
  const { freezes, dropped, requests } = result;
  const listed = freezes.list.slice(0, LISTED_MAX);
  const remarks = [];
  const droppedOf = (count: number, why: string) =>
    `${formatCountOf(count, 'request')} (${formatShare(count, requests)}) ${count === 1 ? 'was' : 'were'} dropped: ${why}.`;
  if (dropped.frozen > 0) remarks.push(droppedOf(dropped.frozen, 'their PE was frozen'));
  if (dropped.fenced > 0) remarks.push(droppedOf(dropped.fenced, 'their PHB was fenced'));
  if (freezes.count > listed.length) {
    const more = formatCountOf(freezes.count - listed.length, 'more freeze');
    remarks.push(`${more}; the JSON result has the first ${formatCount(freezes.list.length)}.`);
  }
  if (listed.some(isOfFault)) {
    remarks.push(
      'A frozen PE stays so until the trace unfreezes it or resets the PHB, as hardware wants it. --set fault.freezesPe=false goes on after a fault, as QEMU does.',
    );
  }
  return {
    title: 'Freezes',
    tables: [
      freezeTable(listed),
      pestTable(listed),
      droppedTable(result),
      fenceTable(result),
    ].filter(({ rows }) => rows.length > 0),
    remarks,
  };
}

function freezeTable(listed: readonly Freeze[]): Table {
  const rows = listed.map(({ phb, pe, cause, fromNs, untilNs }) => [
    `${phb}`,
    `${pe}`,
    cause,
    formatTime(fromNs),
    untilNs === null ? 'the end' : formatTime(untilNs),
  ]);
  return { head: ['PHB', 'PE', 'cause', 'from', 'until'], rows, left: [2] };
}

/** Whose requests were dropped in all freezes of a PE; the PEs that lost most first. */
function droppedTable({ pes, noWindow }: Result): Table {
  const rows = pes
    .filter(({ dropped }) => dropped.frozen > 0)
    .sort((a, b) => b.dropped.frozen - a.dropped.frozen)
    .slice(0, LISTED_MAX)
    .map(({ phb, pe, dropped }) => [`${phb}`, `${pe}`, formatCount(dropped.frozen)]);
  const windowless = noWindow.dropped.frozen;
  if (windowless > 0) rows.push(['any', 'that reached no window', formatCount(windowless)]);
  return { head: ['PHB', 'PE', 'dropped'], rows };
}

/** What the PEST keeps of the freezes that a request caused. */
function pestTable(listed: readonly Freeze[]): Table {
  const rows = listed
    .filter(({ pest0 }) => pest0 !== null)
    .map(({ phb, pe, rid, address, pest0, pest1 }) => [
      `${phb}`,
      `${pe}`,
      rid ?? '',
      address ?? '',
      pest0 ?? '',
      pest1 ?? '',
    ]);
  const head = ['PHB', 'PE', 'RID', 'bus address', 'PEST word 0', 'PEST word 1'];
  return { head, rows, left: [2, 3, 4, 5] };
}

function fenceTable({ fences }: Result): Table {
  const rows = fences
    .slice(0, LISTED_MAX)
    .map(({ phb, fromNs, untilNs }) => [
      `${phb}`,
      formatTime(fromNs),
      untilNs === null ? 'the end' : formatTime(untilNs),
    ]);
  return { head: ['fenced PHB', 'from', 'until'], rows };
}

function isOfFault({ cause }: Freeze): boolean {
  return cause !== 'software' && cause !== 'pelt-v';
}
