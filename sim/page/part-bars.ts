/** Where the time goes: the mean latency as the sum of its parts, of all requests and of each window. */
import type { RunPage } from '../report/html/page-data.ts';
import { formatNs } from '../report/numbers.ts';
import { bottomAxis, drawing } from './axes.ts';
import { type DataTable, dataTable } from './data-table.ts';
import { svg } from './dom.ts';
import { type Figure, figure } from './figure.ts';
import { linearScale } from './scale.ts';
import { explains } from './tip.ts';
import { legend, percent, shortTime } from './words.ts';

/** Windows beside all requests. */
const WINDOWS_MAX = 8;
const ROW_PX = 34;
const MARGIN = { left: 150, right: 24, top: 8, bottom: 40 };
/** A piece that is narrower holds no words. */
const WORDS_PX = 46;

interface Bar {
  readonly name: string;
  readonly mean: number;
  /** ns by part. */
  readonly parts: readonly number[];
}

export function partBars(page: RunPage): Figure {
  const bars = barsOf(page);
  return figure({
    id: 'parts',
    title: 'Where the time goes',
    note: 'The mean latency of a request, part by part. The parts add up to it exactly.',
    legend: legend(page.parts.map(({ key, name }) => [`part-${key}`, name])),
    draw: (width) => draw(page, bars, width),
    table: () => numbers(page, bars).element,
  });
}

function barsOf({ parts, windows, directions }: RunPage): Bar[] {
  const all = {
    name: 'all requests',
    mean: directions[0].mean,
    parts: parts.map(({ mean }) => mean),
  };
  const served = windows.filter(({ requests }) => requests > 0);
  const each = served.slice(0, WINDOWS_MAX).map((window, at) => ({
    name: `#${at + 1}: PHB ${window.phb} PE ${window.pe}`,
    mean: window.mean,
    parts: window.parts,
  }));
  return [all, ...(each.length > 1 ? each : [])];
}

function draw({ parts }: RunPage, bars: readonly Bar[], width: number): SVGSVGElement {
  const bottom = MARGIN.top + bars.length * ROW_PX;
  const longest = Math.max(...bars.map(({ mean }) => mean));
  const x = linearScale([0, longest], [MARGIN.left, width - MARGIN.right], width / 120);
  const words = `Mean latency by part. All requests: ${parts.map(({ name, mean }) => `${name} ${formatNs(mean)} ns`).join(', ')}.`;
  const drawn = drawing(width, bottom + MARGIN.bottom, words);
  drawn.append(bottomAxis(x, [MARGIN.top, bottom], shortTime));
  bars.forEach((bar, row) => {
    const y = MARGIN.top + row * ROW_PX + 5;
    const name = { x: MARGIN.left - 10, y: y + 12, dy: '0.32em', 'text-anchor': 'end' };
    drawn.append(svg('text', { ...name, class: row === 0 ? 'strong' : '' }, bar.name));
    let before = 0;
    bar.parts.forEach((ns, part) => {
      const { key, name: partName } = parts[part];
      const from = x.at(before);
      const wide = x.at(before + ns) - from;
      before += ns;
      if (wide <= 0) return;
      const size = { x: from.toFixed(2), y, width: wide.toFixed(2), height: ROW_PX - 10 };
      const piece = svg('rect', { ...size, class: `piece part-${key}` });
      const share = percent(ns / bar.mean);
      explains(piece, () => [partName, `${formatNs(ns)} ns, ${share} of ${bar.name}`]);
      drawn.append(piece);
      if (wide > WORDS_PX) {
        const place = { x: from + wide / 2, y: y + 12, dy: '0.32em', 'text-anchor': 'middle' };
        drawn.append(svg('text', { ...place, class: `on-part part-${key}` }, `${formatNs(ns)}`));
      }
    });
  });
  return drawn;
}

function numbers({ parts }: RunPage, bars: readonly Bar[]): DataTable<Bar> {
  const columns = parts.map(({ name }, part) => ({
    name: `${name}, ns`,
    of: (bar: Bar) => bar.parts[part],
    show: (bar: Bar) => formatNs(bar.parts[part]),
  }));
  return dataTable(
    'Mean latency by part',
    [
      { name: 'of', of: ({ name }) => name, isWords: true },
      { name: 'mean, ns', of: ({ mean }) => mean, show: ({ mean }) => formatNs(mean) },
      ...columns,
    ],
    bars,
  );
}
