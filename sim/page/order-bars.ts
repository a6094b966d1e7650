/** Memory by buddy order: blocks that were free before, that tables took or could not have, and that are free at the end. */

import { describeBytes } from '../../models/size.ts';
import type { OrderRow } from '../report/html/page-data.ts';
import { formatCount } from '../report/numbers.ts';
import { drawing, leftAxis } from './axes.ts';
import { dataTable } from './data-table.ts';
import { svg } from './dom.ts';
import { type Figure, figure } from './figure.ts';
import { logScale } from './scale.ts';
import { explains } from './tip.ts';
import { legend } from './words.ts';

const HEIGHT = 240;
const MARGIN = { left: 66, right: 16, top: 12, bottom: 52 };
/** Room of an order, at the most. */
const WIDE_MAX = 130;

/** What is told of blocks, in the order in which bars stand side by side. */
const SERIES = [
  { key: 'freeBefore', words: 'free before' },
  { key: 'hardware', words: 'tables that the PHB walks' },
  { key: 'mirror', words: "the kernel's mirror of them" },
  { key: 'failed', words: 'could not be had' },
  { key: 'freeAfter', words: 'free at the end' },
] as const;

export function orderBars(rows: readonly OrderRow[]): Figure {
  const used = SERIES.filter(({ key }) => rows.some((row) => row[key] > 0));
  return figure({
    id: 'orders',
    title: 'Blocks of memory by buddy order',
    note: 'A table is one block for each of its tables: a level of order n wants 2^n pages in one piece. The free blocks are those of the nodes that tables were made on, one for each PHB; those that could not be had are the ones that the result lists.',
    legend: legend(used.map(({ key, words }) => [`order-${key}`, words])),
    draw: (width) => draw(rows, used, width),
    table: () =>
      dataTable(
        'Blocks by order',
        [
          { name: 'order', of: ({ order }) => order },
          {
            name: 'block',
            of: ({ blockBytes }) => blockBytes,
            show: ({ blockBytes }) => describeBytes(blockBytes),
          },
          ...used.map(({ key, words }) => ({
            name: words,
            of: (row: OrderRow) => row[key],
            show: (row: OrderRow) => formatCount(row[key]),
          })),
        ],
        rows,
      ).element,
  });
}

function draw(
  rows: readonly OrderRow[],
  used: readonly (typeof SERIES)[number][],
  width: number,
): SVGSVGElement {
  const bottom = HEIGHT - MARGIN.bottom;
  const most = Math.max(10, ...rows.flatMap((row) => used.map(({ key }) => row[key])));
  const y = logScale([0.5, most], [bottom, MARGIN.top]);
  const wide = Math.min(WIDE_MAX, (width - MARGIN.left - MARGIN.right) / rows.length);
  const barWide = Math.min(26, (wide - 8) / used.length);
  const words = rows.flatMap((row) =>
    used.flatMap(({ key, words: what }) =>
      row[key] ? [`order ${row.order}: ${formatCount(row[key])} ${what}`] : [],
    ),
  );
  const drawn = drawing(width, HEIGHT, `Blocks by buddy order. ${words.join('; ')}.`);
  const counts = { ...y, ticks: y.ticks.filter((tick) => tick >= 1) };
  drawn.append(leftAxis(counts, [MARGIN.left, width - MARGIN.right], formatCount));
  rows.forEach((row, at) => {
    const middle = MARGIN.left + (at + 0.5) * wide;
    const place = { x: middle, 'text-anchor': 'middle' };
    drawn.append(
      svg('text', { ...place, y: bottom + 18 }, String(row.order)),
      svg(
        'text',
        { ...place, y: bottom + 36, class: 'small' },
        wide > 50 ? describeBytes(row.blockBytes) : '',
      ),
    );
    const present = used.filter(({ key }) => row[key] > 0);
    present.forEach(({ key, words: what }, turn) => {
      const count = row[key];
      const x = middle + (turn - present.length / 2) * barWide;
      const top = y.at(count);
      const size = { x, y: top, width: Math.max(2, barWide - 2), height: bottom - top };
      const bar = svg('rect', { ...size, rx: 2, class: `order-${key}` });
      explains(bar, () => [
        `order ${row.order}, ${describeBytes(row.blockBytes)}`,
        `${formatCount(count)} ${what}`,
      ]);
      drawn.append(bar);
    });
  });
  return drawn;
}
