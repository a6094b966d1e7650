/** The account of a host's free memory as a report. */
import { formatIndex } from '../../models/memory/indices.ts';
import { describeBytes, formatSize } from '../../models/size.ts';
import type { Report, Section, Table } from '../report/document.ts';
import { formatCount } from '../report/numbers.ts';
import type { BuddyAccount } from './buddy-account.ts';

type ZoneAccount = BuddyAccount['zones'][number];

/** Zones with their orders, then the tables that they could hold. */
export function buddyReport(account: BuddyAccount): Report {
  const { source, kernelPage, orderMax, zones } = account;
  return {
    title: `${source}: kernel with ${kernelPage} pages, orders 0 to ${orderMax}`,
    sections: [...zones.map(zoneSection), tableSection(account)],
  };
}

/** The orders of all zones as one table, for spreadsheets. */
export function ordersTable(account: BuddyAccount): Table {
  const head = [
    'node',
    'zone',
    'order',
    'blockBytes',
    'freeBlocks',
    'freeBytes',
    'unusableIndex',
    'fragmentationIndex',
  ];
  const rows = account.zones.flatMap(({ node, zone, orders }) =>
    orders.map((order) => [String(node), zone, ...Object.values(order).map(String)]),
  );
  return { head, rows };
}

function zoneSection({
  node,
  zone,
  holdsTables,
  freeBytes,
  orders,
  ...rest
}: ZoneAccount): Section {
  const { largestFreeOrder } = rest;
  const largest =
    largestFreeOrder < 0
      ? 'nothing is free'
      : `the largest block is order ${largestFreeOrder} (${describeBytes(orders[largestFreeOrder].blockBytes)})`;
  const use = holdsTables ? '' : ' No TCE table comes from this zone.';
  return {
    title: `Node ${node}, zone ${zone}`,
    tables: [
      {
        head: ['order', 'block', 'free', 'bytes', 'unusable', 'fragmentation'],
        rows: orders.map((order) => [
          String(order.order),
          formatSize(order.blockBytes),
          formatCount(order.freeBlocks),
          describeBytes(order.freeBytes),
          formatIndex(Math.round(order.unusableIndex * 1000)),
          formatIndex(Math.round(order.fragmentationIndex * 1000)),
        ]),
      },
    ],
    remarks: [`${describeBytes(freeBytes)} free; ${largest}.${use}`],
  };
}

/** A row for each IO page size, a column for each level count. */
function tableSection({ tables, askedZones, watermark, kernelPage }: BuddyAccount): Section {
  const levels = [...new Set(tables.map((table) => table.levels))];
  const pages = [...new Set(tables.map(({ page }) => page))];
  const cell = (page: string, level: number) => {
    const found = tables.find((table) => table.page === page && table.levels === level);
    return found === undefined ? '' : describeCell(found);
  };
  const from = askedZones.map(({ node, zone }) => `node ${node} ${zone}`).join(', then ');
  const kept =
    watermark === null
      ? 'No watermark is kept (--ram gives one).'
      : `Each zone keeps ${formatCount(watermark.minPages)} pages of ${kernelPage} (min), ${formatCount(watermark.lowPages)} (low).`;
  return {
    title: 'Largest window that can be created now, by levels',
    tables: [
      {
        head: ['IO page', ...levels.map(String)],
        rows: pages.map((page) => [page, ...levels.map((level) => cell(page, level))]),
      },
    ],
    remarks: [
      'Windows from 2G to 64T. In brackets the order of the two blocks that CREATE takes at once, for the' +
        ' root of the table and of its mirror; leaves come later. EINVAL: the kernel refuses every such' +
        ' table; ENOMEM: not even 2G finds its blocks.',
      `Blocks come from ${from}. ${kept}`,
    ],
  };
}

function describeCell({ largestWindow, order, limit }: BuddyAccount['tables'][number]): string {
  return largestWindow === null ? String(limit) : `${largestWindow} (${order})`;
}
