/** The report's section on table memory: what windows took and which allocations failed. */
import { describeLack } from '../../models/kernel/failed-allocations.ts';
import { describeBytes } from '../../models/size.ts';
import type { Result } from '../results/result-schema.ts';
import type { Section, Table } from './document.ts';
import { formatBase, formatCount, formatCountOf } from './numbers.ts';

const LISTED_MAX = 8;
const FAILURES_LISTED_MAX = 3;

/** Windows that the kernel model created, its failed allocations and refused calls. */
export function tablesSection({ tables }: Result): Section {
  const remarks = [
    `${describeBytes(tables.touchedBytes)} of simulated memory hold tables and RTTs.`,
  ];
  if (tables.stores > 0) {
    remarks.push(`The trace stored ${formatCountOf(tables.stores, 'TCE')} by itself.`);
  }
  const count = tables.failedAllocationCount;
  remarks.push(
    count === 0
      ? 'No table allocation failed.'
      : `${formatCountOf(count, 'table allocation')} failed.`,
  );
  for (const failure of tables.failedAllocations.slice(0, FAILURES_LISTED_MAX)) {
    remarks.push(failureInWords(failure));
  }
  return { title: 'Table memory', tables: [...windowTables(tables), ...refusals(tables)], remarks };
}

function windowTables({ windows }: Result['tables']): Table[] {
  if (windows.length === 0) return [];
  const rows = windows
    .slice(0, LISTED_MAX)
    .map((window) => [
      `${window.phb}`,
      `${window.pe}`,
      formatBase(window.busAddress),
      describeBytes(window.effectiveBytes),
      `${window.levels}`,
      `${window.order}`,
      describeBytes(window.allocatedBytes),
      describeBytes(window.fullBytes),
      describeBytes(window.lockedBytes),
    ]);
  const head = ['PHB', 'PE', 'base', 'window', 'levels', 'order', 'now', 'full', 'locked'];
  return [{ head, rows, left: [2] }];
}

function refusals({ calls }: Result['tables']): Table[] {
  const refused = calls.filter(({ answer }) => answer !== 'ok');
  if (refused.length === 0) return [];
  const rows = refused
    .slice(0, LISTED_MAX)
    .map(({ phb, call, answer, count, reason }) => [
      `${phb}`,
      call,
      answer,
      formatCount(count),
      reason,
    ]);
  return [{ head: ['PHB', 'call', 'answer', 'times', 'first reason'], rows, left: [1, 2, 4] }];
}

function failureInWords(failure: Result['tables']['failedAllocations'][number]): string {
  const { phb, pe, call, tree, order, bytes } = failure;
  return `${call} on PHB ${phb} PE ${pe}: order ${order} (${describeBytes(bytes)}) for the ${tree} table: ${describeLack({ ...failure, bytes: BigInt(bytes), freeBytes: BigInt(failure.freeBytes) })}.`;
}
