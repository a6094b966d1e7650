/** What share of requests took at most so long: all in all, and in each part. */
import type { Curve, RunPage } from '../report/html/page-data.ts';
import { formatNs } from '../report/numbers.ts';
import { bottomAxis, drawing, leftAxis, pathOf } from './axes.ts';
import { cycleScale, cycleWords } from './cycle-scale.ts';
import { dataTable } from './data-table.ts';
import { button, choice, html, svg } from './dom.ts';
import { type Figure, figure } from './figure.ts';
import { linearScale, type Scale } from './scale.ts';
import { explainsPlace } from './tip.ts';
import { percent, shortTime } from './words.ts';

const HEIGHT = 340;
const MARGIN = { left: 66, right: 16, top: 12, bottom: 44 };
/** Shares that a table tells. */
const SHARES = [0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999];
/** The tail is drawn up to here. */
const TAIL_MOST = 0.99999;

/** What a reader chose. */
interface View {
  readonly shown: Set<string>;
  isTail: boolean;
}

export function curves(page: RunPage, all: readonly Curve[]): Figure {
  const view: View = { shown: new Set(all.map(({ part }) => part)), isTail: false };
  const made = figure({
    id: 'curves',
    title: 'How many requests took at most so long',
    note: 'The cumulative distribution of the latency and of each of its parts. A curve that begins high is of a part in which most requests spend nothing.',
    controls: controlsOf(all, view, () => made.redraw()),
    draw: (width) =>
      draw(
        page,
        all.filter(({ part }) => view.shown.has(part)),
        view,
        width,
      ),
    table: () =>
      dataTable(
        'Cumulative distributions in ns',
        [
          { name: 'in ns', of: ({ name }) => name, isWords: true },
          ...SHARES.map((share) => ({
            name: `${Number((100 * share).toFixed(2))} %`,
            of: (curve: Curve) => quantile(curve, share),
            show: (curve: Curve) => formatNs(quantile(curve, share)),
          })),
        ],
        all,
      ).element,
  });
  return made;
}

function controlsOf(all: readonly Curve[], view: View, redraw: () => void): HTMLElement {
  const toggles = all.map(({ name, part }) => {
    const toggle = button(
      name,
      () => {
        if (!view.shown.delete(part)) view.shown.add(part);
        toggle.setAttribute('aria-pressed', String(view.shown.has(part)));
        redraw();
      },
      { class: `toggle ${paintOf(part)}`, 'aria-pressed': true },
    );
    return toggle;
  });
  const scale = choice('Shares', ['evenly', 'the tail'], 0, (index) => {
    view.isTail = index === 1;
    redraw();
  });
  const group = { class: 'toggles', role: 'group', 'aria-label': 'Curves that are shown' };
  return html('div', { class: 'row' }, html('div', group, ...toggles), scale);
}

function draw(
  { cycleNs }: RunPage,
  shown: readonly Curve[],
  { isTail }: View,
  width: number,
): SVGSVGElement {
  const bottom = HEIGHT - MARGIN.bottom;
  const most = Math.max(0, ...shown.map(({ points }) => points[points.length - 1]?.[0] ?? 0));
  const x = cycleScale(cycleNs, most, [MARGIN.left, width - MARGIN.right]);
  const y = isTail ? tailScale([bottom, MARGIN.top]) : linearScale([0, 1], [bottom, MARGIN.top], 5);
  const words = shown.map((curve) => `${curve.name} ${formatNs(quantile(curve, 0.99))} ns`);
  const drawn = drawing(
    width,
    HEIGHT,
    `Cumulative distributions. 99 % take at most: ${words.join(', ')}.`,
  );
  const format = (share: number) => `${Number((100 * share).toFixed(3))} %`;
  drawn.append(
    leftAxis(y, [MARGIN.left, width - MARGIN.right], format),
    bottomAxis(x, [MARGIN.top, bottom], cycleWords(cycleNs), 'at most'),
  );
  for (const { part, points } of [...shown].reverse()) {
    const path = pathOf(stairs(points, x, y));
    drawn.append(svg('path', { d: path, class: `curve ${paintOf(part)}`, fill: 'none' }));
  }
  explainsPlace(drawn, (at) => {
    const ns = x.valueAt(at);
    if (at < MARGIN.left) return [];
    return [
      `at most ${shortTime(ns)}`,
      ...shown.map((curve) => `${curve.name}: ${percent(shareAt(curve, ns), isTail ? 3 : 1)}`),
    ];
  });
  return drawn;
}

/** The steps of a distribution: level until the next value, then up. */
function* stairs(points: Curve['points'], x: Scale, y: Scale): Generator<[number, number]> {
  let share = 0;
  for (const [ns, next] of points) {
    yield [x.at(ns), y.at(share)];
    yield [x.at(ns), y.at(next)];
    share = next;
  }
}

/** Each nine takes as much room as the one before it. */
function tailScale([from, to]: readonly [number, number]): Scale {
  const ninesMost = -Math.log10(1 - TAIL_MOST);
  const at = (share: number) =>
    from + (-Math.log10(Math.max(1 - share, 1 - TAIL_MOST)) / ninesMost) * (to - from);
  return {
    at,
    valueAt: (place) => 1 - 10 ** (-((place - from) / (to - from)) * ninesMost),
    ticks: [0, 0.5, 0.9, 0.99, 0.999, 0.9999],
  };
}

function quantile({ points }: Curve, share: number): number {
  return (points.find(([, reached]) => reached >= share) ?? points[points.length - 1] ?? [0])[0];
}

function shareAt({ points }: Curve, ns: number): number {
  let share = 0;
  for (const [value, reached] of points) {
    if (value > ns) break;
    share = reached;
  }
  return share;
}

function paintOf(part: string): string {
  return part === '' ? 'paint-ink' : `part-${part}`;
}
