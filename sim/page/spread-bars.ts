/** How many requests took how long, by what became of them. */
import type { LogPage } from '../report/html/page-data.ts';
import { formatCount } from '../report/numbers.ts';
import { bottomAxis, drawing, leftAxis } from './axes.ts';
import { dataTable } from './data-table.ts';
import { svg } from './dom.ts';
import { type Figure, figure } from './figure.ts';
import { linearScale, logScale, type Range } from './scale.ts';
import { explainsPlace } from './tip.ts';
import { KIND_WORDS, legend, percent, shortTime } from './words.ts';

const HEIGHT = 280;
/** An axis of a smaller factor may lie between two ticks. */
const FACTOR_MIN = 4;
const MARGIN = { left: 58, right: 16, top: 12, bottom: 44 };

export function spreadBars(log: LogPage): Figure {
  const { spread } = log;
  return figure({
    id: 'spread',
    title: 'Latency, by what became of the request',
    legend: legend(spread.kinds.map(({ kind }) => [`kind-${kind}`, KIND_WORDS[kind]])),
    draw: (width) => draw(log, width),
    table: () => {
      const bins = spread.edges.slice(1).map((_, bin) => bin);
      return dataTable(
        'Requests by latency',
        [
          {
            name: 'from, ns',
            of: (bin) => spread.edges[bin],
            show: (bin) => formatCount(spread.edges[bin]),
          },
          ...spread.kinds.map(({ kind, counts }) => ({
            name: KIND_WORDS[kind],
            of: (bin: number) => counts[bin],
            show: (bin: number) => formatCount(counts[bin]),
          })),
        ],
        bins,
      ).element;
    },
  });
}

/** From the shortest to the longest; of latencies that are about the same, some room on both sides. */
function stretchOf(edges: readonly number[]): Range {
  const [low, high] = [edges[0], edges[edges.length - 1]];
  return high / low >= FACTOR_MIN ? [low, high] : [low / FACTOR_MIN, high * FACTOR_MIN];
}

function draw({ spread, rows }: LogPage, width: number): SVGSVGElement {
  const { edges, kinds } = spread;
  const bottom = HEIGHT - MARGIN.bottom;
  const totals = edges
    .slice(1)
    .map((_, bin) => kinds.reduce((sum, { counts }) => sum + counts[bin], 0));
  const most = Math.max(...totals) / rows;
  const x = logScale(stretchOf(edges), [MARGIN.left, width - MARGIN.right]);
  const y = linearScale([0, most], [bottom, MARGIN.top], 5);
  const words = kinds.map(({ kind, counts }) => {
    const share = counts.reduce((sum, count) => sum + count, 0) / rows;
    return `${KIND_WORDS[kind]} ${percent(share)}`;
  });
  const drawn = drawing(width, HEIGHT, `Histogram of latencies: ${words.join(', ')}.`);
  drawn.append(
    leftAxis(y, [MARGIN.left, width - MARGIN.right], (share) => percent(share, 0)),
    bottomAxis(x, [MARGIN.top, bottom], shortTime, 'latency'),
  );
  const before = totals.map(() => 0);
  for (const { kind, counts } of kinds) {
    counts.forEach((count, bin) => {
      if (count === 0) return;
      const top = y.at((before[bin] + count) / rows);
      const place = { x: x.at(edges[bin]) + 0.5, y: top };
      const wide = Math.max(1, x.at(edges[bin + 1]) - x.at(edges[bin]) - 1);
      const high = Math.max(0.6, y.at(before[bin] / rows) - top);
      drawn.append(svg('rect', { ...place, width: wide, height: high, class: `kind-${kind}` }));
      before[bin] += count;
    });
  }
  explainsPlace(drawn, (at) => {
    const ns = x.valueAt(at);
    const bin = edges.findIndex((edge, index) => edge <= ns && ns < (edges[index + 1] ?? edge));
    if (bin < 0) return [];
    const lines = kinds.filter(({ counts }) => counts[bin] > 0);
    return [
      `${shortTime(edges[bin])} to ${shortTime(edges[bin + 1])}`,
      ...lines.map(({ kind, counts }) => `${KIND_WORDS[kind]}: ${formatCount(counts[bin])}`),
      `together ${percent(totals[bin] / rows, 2)} of the log`,
    ];
  });
  return drawn;
}
