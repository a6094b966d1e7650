/** Traffic by window, of all requests, and by device, of the log. */
import { describeBytes } from '../../models/size.ts';
import type { DeviceRow, WindowRow } from '../report/html/page-data.ts';
import { formatBase, formatCount, formatNs, formatShare } from '../report/numbers.ts';
import { type Column, dataTable } from './data-table.ts';
import { html } from './dom.ts';

/** All windows, exactly. */
export function windowTable(windows: readonly WindowRow[]): HTMLElement {
  const isTranslated = ({ kind }: WindowRow) => kind === 'translated';
  return dataTable(
    'DMA windows',
    [
      count('PHB', 'phb'),
      count('PE', 'pe'),
      {
        name: 'base',
        of: ({ busAddress }) => busAddress,
        show: ({ busAddress }) => formatBase(busAddress),
        isWords: true,
      },
      {
        name: 'levels',
        of: ({ levels }) => levels,
        show: (row) => (isTranslated(row) ? String(row.levels) : row.kind),
      },
      {
        name: 'page',
        of: ({ pageBytes }) => pageBytes,
        show: (row) => (isTranslated(row) ? describeBytes(row.pageBytes) : '-'),
      },
      {
        name: 'reach',
        of: ({ reachBytes }) => reachBytes,
        show: ({ reachBytes }) => describeBytes(reachBytes),
      },
      {
        name: 'TVE',
        of: ({ tve }) => tve,
        show: ({ tve }) => html('span', { class: 'code' }, tve),
        isWords: true,
      },
      count('requests', 'requests'),
      share('hit', 'hits'),
      share('miss', 'misses'),
      share('merged', 'merged'),
      count('faults', 'faults'),
      count('dropped', 'dropped'),
      ...times<WindowRow>(),
    ],
    windows,
  ).element;
}

/** The devices of a log. */
export function deviceTable(devices: readonly DeviceRow[]): HTMLElement {
  return dataTable(
    'Devices',
    [
      count('PHB', 'phb'),
      { name: 'RID', of: ({ rid }) => rid, isWords: true },
      count('requests', 'requests'),
      share('writes', 'writes'),
      { name: 'bytes', of: ({ bytes }) => bytes, show: ({ bytes }) => describeBytes(bytes) },
      share('hit', 'hits'),
      count('faults', 'faults'),
      ...times<DeviceRow>(),
    ],
    devices,
  ).element;
}

function count<Key extends string>(name: string, key: Key): Column<Record<Key, number>> {
  return { name, of: (row) => row[key], show: (row) => formatCount(row[key]) };
}

/** A count as a share of the requests. */
function share<Key extends string>(
  name: string,
  key: Key,
): Column<Record<Key | 'requests', number>> {
  return {
    name,
    of: (row) => row[key] / Math.max(row.requests, 1),
    show: (row) => formatShare(row[key], row.requests),
  };
}

function times<
  Row extends { mean: number; p50: number; p99: number; max: number },
>(): Column<Row>[] {
  return (['mean', 'p50', 'p99', 'max'] as const).map((key) => ({
    name: `${key}, ns`,
    of: (row) => row[key],
    show: (row) => formatNs(row[key]),
  }));
}
