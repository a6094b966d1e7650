/** The account of a host's free memory as a report. */
import { formatIndex } from '../../models/memory/indices.ts';
import { describeBytes, formatSize } from '../../models/size.ts';
import type { Report, Section, Table } from '../report/document.ts';
import { formatCount } from '../report/numbers.ts';
import type { BuddyAccount } from './buddy-account.ts';
import { WINDOW_SHIFT_MAX, WINDOW_SHIFT_MIN } from './held-tables.ts';

type ZoneAccount = BuddyAccount['zones'][number];
type TableAccount = BuddyAccount['tables'][number];

/** Zones with their orders, those of the PHB's node first, then the tables that they could hold. */
export function buddyReport(account: BuddyAccount): Report {
  const { source, kernelPage, orderMax, zones, node } = account;
  const isAtHome = (zone: ZoneAccount) => zone.node === node;
  const sorted = [...zones.filter(isAtHome), ...zones.filter((zone) => !isAtHome(zone))];
  return {
    title: `${source}: kernel with ${kernelPage} pages, orders 0 to ${orderMax}`,
    sections: [...sorted.map(zoneSection), ...tableSections(account)],
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

/** The windows of the PHB's node alone, where there are others, and those with all nodes behind it. */
function tableSections(account: BuddyAccount): Section[] {
  const { tables, tablesOfNode, node } = account;
  const title = 'Largest window that can be created now';
  if (tablesOfNode === null) {
    return [tableSection(`${title}, by levels`, tables, [legend(tables), describeSource(account)])];
  }
  const all = [...tablesOfNode, ...tables];
  return [
    tableSection(`${title} from node ${node} alone, by levels`, tablesOfNode, []),
    tableSection(`${title} with the other nodes behind it`, tables, [
      legend(all),
      describeSource(account),
    ]),
  ];
}

/** A row for each IO page size, a column for each level count. */
function tableSection(
  title: string,
  tables: readonly TableAccount[],
  remarks: readonly string[],
): Section {
  const levels = [...new Set(tables.map((table) => table.levels))];
  const pages = [...new Map(tables.map(({ page, phbs }) => [page, phbs]))];
  const tellsPhb = pages.some(([, phbs]) => phbs.length > 0);
  const cell = (page: string, level: number) => {
    const found = tables.find((table) => table.page === page && table.levels === level);
    return found === undefined ? '' : describeCell(found);
  };
  const namesOf = (phbs: readonly string[]) => (phbs.length === 0 ? 'all' : phbs.join(', '));
  return {
    title,
    tables: [
      {
        head: ['IO page', ...(tellsPhb ? ['PHB'] : []), ...levels.map(String)],
        rows: pages.map(([page, phbs]) => [
          page,
          ...(tellsPhb ? [namesOf(phbs)] : []),
          ...levels.map((level) => cell(page, level)),
        ]),
        left: tellsPhb ? [1] : [],
      },
    ],
    remarks,
  };
}

/** What stands in the cells, as far as it does. */
function legend(tables: readonly TableAccount[]): string {
  const [least, most] = [WINDOW_SHIFT_MIN, WINDOW_SHIFT_MAX].map((shift) => formatSize(2 ** shift));
  const empty = tables.filter(({ largestWindow }) => largestWindow === null);
  const has = (limit: TableAccount['limit']) => empty.some((table) => table.limit === limit);
  return [
    `Windows from ${least} to ${most}, where the search ends.`,
    ...(empty.length < tables.length
      ? [
          'In brackets the order of the two blocks that CREATE takes at once, for the root of the table and of its mirror; leaves come later.',
        ]
      : []),
    ...(has('EINVAL') ? ['EINVAL: the kernel refuses every such table.'] : []),
    ...(has('ENOMEM') ? [`ENOMEM: not even ${least} finds its blocks.`] : []),
    ...(tables.some(({ isWatermark }) => isWatermark)
      ? ['*: blocks are large enough for more, but the watermark keeps them.']
      : []),
  ].join(' ');
}

function describeSource(account: BuddyAccount): string {
  const { askedZones, watermark, kernelPage, tableZones } = account;
  const from = askedZones.map(({ node, zone }) => `node ${node} ${zone}`).join(', then ');
  const kept =
    watermark === null
      ? 'No watermark is kept (--ram gives one).'
      : `Each zone keeps ${formatCount(watermark.minPages)} pages of ${kernelPage} (min), ${formatCount(watermark.lowPages)} (low).`;
  const shared =
    watermark === null || tableZones === 1
      ? ''
      : ` For that, --ram is shared out evenly over the ${tableZones} zones: the file does not tell their sizes.`;
  return `Blocks come from ${from}. ${kept}${shared}`;
}

function describeCell({ largestWindow, order, limit, isWatermark }: TableAccount): string {
  const best = largestWindow === null ? String(limit) : `${largestWindow} (${order})`;
  return `${best}${isWatermark ? '*' : ''}`;
}
