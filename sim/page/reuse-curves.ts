/** How soon pages are used again, at each page size: what an LRU cache of any number of entries would hit. */
import { describeBytes, formatSize } from '../../models/size.ts';
import type { PageReuse, RunPage } from '../report/html/page-data.ts';
import { formatCount, formatShare } from '../report/numbers.ts';
import { bottomAxis, drawing, leftAxis, pathOf } from './axes.ts';
import { dataTable } from './data-table.ts';
import { svg } from './dom.ts';
import { type Figure, figure } from './figure.ts';
import { linearScale, logScale } from './scale.ts';
import { explainsPlace } from './tip.ts';
import { legend, percent } from './words.ts';

const HEIGHT = 300;
const MARGIN = { left: 66, right: 16, top: 12, bottom: 44 };
/** Colours of the page sizes, the smallest first. */
const PAINTS = ['part-walk', 'part-link', 'part-dma', 'part-orderWait'];

export function reuseCurves({ cacheEntries }: RunPage, all: readonly PageReuse[]): Figure {
  return figure({
    id: 'reuse',
    title: 'What a cache of any size could hit',
    note: `The share of accesses to pages that come back before so many other pages were touched: what a fully associative LRU cache of so many TCEs hits, at each IO page size. The line is at the ${formatCount(cacheEntries)} entries of this unit; distances are counted up to powers of two. Pages of two PEs are two. TCE kills, which empty a cache, are left out.`,
    legend: legend(all.map(({ pageBytes }, at) => [PAINTS[at], formatSize(pageBytes)])),
    draw: (width) => draw(all, cacheEntries, width),
    table: () =>
      dataTable(
        'Pages and their reuse',
        [
          {
            name: 'page',
            of: ({ pageBytes }) => pageBytes,
            show: ({ pageBytes }) => formatSize(pageBytes),
          },
          { name: 'pages', of: ({ pages }) => pages, show: (reuse) => pagesWords(reuse) },
          {
            name: 'working set',
            of: ({ pages, pageBytes }) => pages * pageBytes,
            show: ({ pages, pageBytes }) => describeBytes(pages * pageBytes),
          },
          {
            name: 'accesses',
            of: ({ accesses }) => accesses,
            show: (reuse) => formatCount(reuse.accesses),
          },
          {
            name: 'first of their page',
            of: ({ first }) => first,
            show: ({ first, accesses }) => formatShare(first, accesses),
          },
          {
            name: `hit by ${formatCount(countedBelow(cacheEntries))}`,
            of: (reuse) => shareBelow(reuse, cacheEntries),
            show: (reuse) => percent(shareBelow(reuse, cacheEntries)),
          },
        ],
        all,
      ).element,
  });
}

/** How many pages there are, as exactly as they were counted. */
function pagesWords({ pages, isEstimate, isLowerBound }: PageReuse): string {
  const least = isLowerBound ? 'at least ' : '';
  return `${least}${isEstimate ? 'about ' : ''}${formatCount(pages)}`;
}

function draw(all: readonly PageReuse[], entries: number, width: number): SVGSVGElement {
  const bottom = HEIGHT - MARGIN.bottom;
  const most = Math.max(2 * entries, ...all.map(({ distances }) => distances.at(-1)?.[0] ?? 1));
  const x = logScale([1, most], [MARGIN.left, width - MARGIN.right]);
  const y = linearScale([0, 1], [bottom, MARGIN.top], 5);
  const words = all.map((reuse) => {
    return `${formatSize(reuse.pageBytes)} ${percent(shareBelow(reuse, entries))}`;
  });
  const drawn = drawing(
    width,
    HEIGHT,
    `Hits of an LRU cache of ${countedBelow(entries)} TCEs: ${words.join(', ')}.`,
  );
  drawn.append(
    leftAxis(y, [MARGIN.left, width - MARGIN.right], (share) => percent(share, 0)),
    bottomAxis(x, [MARGIN.top, bottom], formatCount, 'entries of the cache'),
  );
  const at = x.at(entries).toFixed(1);
  drawn.append(svg('line', { class: 'cursor', x1: at, x2: at, y1: MARGIN.top, y2: bottom }));
  all.forEach((reuse, index) => {
    // Beyond the last distance nothing more comes back.
    const sizes = [...reuse.distances.map(([below]) => below), most];
    const places = sizes.map((below): [number, number] => [
      x.at(below),
      y.at(shareBelow(reuse, below)),
    ]);
    drawn.append(svg('path', { d: pathOf(places), class: `curve ${PAINTS[index]}`, fill: 'none' }));
  });
  explainsPlace(drawn, (place) => {
    if (place < MARGIN.left) return [];
    const below = countedBelow(x.valueAt(place));
    const line = (reuse: PageReuse) =>
      `pages of ${formatSize(reuse.pageBytes)}: ${percent(shareBelow(reuse, below))}`;
    return [`${formatCount(below)} entries`, ...all.map(line)];
  });
  return drawn;
}

/** The largest cache of at most so many entries whose hits are counted. */
function countedBelow(entries: number): number {
  return 2 ** Math.floor(Math.log2(entries));
}

/** The share of accesses whose distance is below a number, at the power of two that it reaches. */
function shareBelow({ distances, accesses }: PageReuse, number: number): number {
  const reached = distances.findLast(([below]) => below <= number);
  return accesses === 0 ? 0 : (reached?.[1] ?? 0) / accesses;
}
