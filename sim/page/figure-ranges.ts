/** Exact figures of all requests on one axis of time: from the median to the largest, by direction and by part. */
import type { NamedFigures, RunPage } from '../report/html/page-data.ts';
import { formatCountOf, formatNs } from '../report/numbers.ts';
import { bottomAxis, drawing } from './axes.ts';
import { cycleScale, cycleWords } from './cycle-scale.ts';
import { dataTable } from './data-table.ts';
import { svg } from './dom.ts';
import { type Figure, figure } from './figure.ts';
import { explains } from './tip.ts';
import { legend } from './words.ts';

const ROW_PX = 26;
const MARGIN = { left: 110, right: 24, top: 6, bottom: 40 };
const STOPS = ['p50', 'p90', 'p99', 'p999', 'max'] as const;
const STOP_WORDS = { p50: 'p50', p90: 'p90', p99: 'p99', p999: 'p99.9', max: 'max' } as const;

type Row = NamedFigures & { readonly paint: string };

export function figureRanges(page: RunPage): Figure {
  const rows: Row[] = [
    ...page.directions.map((figures) => ({ ...figures, paint: 'paint-ink' })),
    ...page.parts.map((figures) => ({ ...figures, paint: `part-${figures.key}` })),
  ];
  return figure({
    id: 'ranges',
    title: 'From the median to the worst',
    note: `Exact, of ${formatCountOf(page.directions[0].count, 'request')}, all that there were; what takes no time stands at the left edge.`,
    legend: legend(STOPS.map((stop) => [`stop stop-${stop}`, STOP_WORDS[stop]])),
    draw: (width) => draw(rows, page.cycleNs, width),
    table: () =>
      dataTable(
        'Latency in ns',
        [
          { name: 'in ns', of: ({ name }) => name, isWords: true },
          { name: 'mean', of: ({ mean }) => mean, show: ({ mean }) => formatNs(mean) },
          ...STOPS.map((stop) => ({
            name: STOP_WORDS[stop],
            of: (row: Row) => row[stop],
            show: (row: Row) => formatNs(row[stop]),
          })),
        ],
        rows,
      ).element,
  });
}

function draw(rows: readonly Row[], cycleNs: number, width: number): SVGSVGElement {
  const bottom = MARGIN.top + rows.length * ROW_PX;
  const most = Math.max(...rows.map(({ max }) => max));
  const x = cycleScale(cycleNs, most, [MARGIN.left + 8, width - MARGIN.right]);
  const [all] = rows;
  const words = STOPS.map((stop) => `${STOP_WORDS[stop]} ${formatNs(all[stop])} ns`).join(', ');
  const drawn = drawing(width, bottom + MARGIN.bottom, `Latency of all requests: ${words}.`);
  drawn.append(bottomAxis(x, [MARGIN.top, bottom], cycleWords(cycleNs)));
  rows.forEach((row, at) => {
    const y = MARGIN.top + (at + 0.5) * ROW_PX;
    const name = { x: MARGIN.left - 10, y, dy: '0.32em', 'text-anchor': 'end' };
    const group = svg('g', { class: row.paint });
    group.append(
      svg('text', { ...name, class: row.paint === 'paint-ink' ? 'strong' : '' }, row.name),
      svg('line', { class: 'range', x1: x.at(row.p50), x2: x.at(row.max), y1: y, y2: y }),
    );
    for (const stop of [...STOPS].reverse()) {
      group.append(svg('circle', { class: `stop stop-${stop}`, cx: x.at(row[stop]), cy: y, r: 5 }));
    }
    explains(group, () => [
      row.name,
      `mean ${formatNs(row.mean)} ns`,
      ...STOPS.map((stop) => `${STOP_WORDS[stop]} ${formatNs(row[stop])} ns`),
    ]);
    drawn.append(group);
  });
  return drawn;
}
