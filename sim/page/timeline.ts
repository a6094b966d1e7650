/** Simulated time from left to right, in lanes one above the other; a reader may look closer. */
import type { Band, LogPage, RunPage } from '../report/html/page-data.ts';
import { bottomAxis, drawing, leftAxis } from './axes.ts';
import { dataTable } from './data-table.ts';
import { button, html, svg } from './dom.ts';
import { type Figure, figure } from './figure.ts';
import { linearScale, type Scale } from './scale.ts';
import { laneScale, lanesOf, type Stretch } from './timeline-lanes.ts';
import { explainsPlace, hideTip } from './tip.ts';
import { inWiderSteps, widening } from './wider-steps.ts';
import { KIND_WORDS, legend, shortTime, timesApart } from './words.ts';

const MARGIN = { left: 66, right: 16, top: 22, bottom: 40 };
const LANE_GAP = 26;
/** Of what stands still at the same time, so much is named. */
const BANDS_NAMED = 4;
/** Fewer steps are not worth a look. */
const STEPS_MIN = 8;

/** What a reader looks at. */
interface View {
  stretch: Stretch;
}

export function timeline(page: RunPage, log: LogPage): Figure {
  const steps = log.timeline.mean.length;
  const view: View = { stretch: { from: 0, to: steps } };
  const look = (from: number, to: number) => {
    const wide = Math.min(steps, Math.max(STEPS_MIN, Math.round(to - from)));
    const start = Math.min(steps - wide, Math.max(0, Math.round(from)));
    view.stretch = { from: start, to: start + wide };
    place.textContent = stretchWords(view.stretch, log.timeline.stepNs);
    made.redraw();
  };
  const place = html('span', { role: 'status' }, stretchWords(view.stretch, log.timeline.stepNs));
  const made = figure({
    id: 'timeline',
    title: 'Hits, load and latency',
    note: 'Drag over a stretch to look closer, or use the buttons. Times in which a PE was frozen or a PHB fenced are marked.',
    controls: html('div', { class: 'row' }, zoomButtons(view, steps, look), place),
    legend: legend([
      ...log.timeline.kinds.map(({ kind }) => [`kind-${kind}`, KIND_WORDS[kind]] as const),
      ...(page.bands.length > 0 ? [['band', 'frozen or fenced'] as const] : []),
    ]),
    draw: (width) => draw(page, log, view.stretch, width, look),
    table: () => numbers(log),
  });
  return made;
}

/** Closer, wider, to both sides, and all of it. */
function zoomButtons(view: View, steps: number, look: (from: number, to: number) => void) {
  const by = (left: number, right: number) => () => {
    const { from, to } = view.stretch;
    const wide = to - from;
    look(from + left * wide, to + right * wide);
  };
  return html(
    'div',
    { class: 'toggles', role: 'group', 'aria-label': 'Stretch of time' },
    button('Closer', by(0.25, -0.25)),
    button('Wider', by(-0.5, 0.5)),
    button('Earlier', by(-0.5, -0.5)),
    button('Later', by(0.5, 0.5)),
    button('All', () => look(0, steps)),
  );
}

function stretchWords({ from, to }: Stretch, stepNs: number): string {
  const words = timesApart(to * stepNs, stepNs);
  return `${words(from * stepNs)} to ${words(to * stepNs)}`;
}

/** A stretch of the timeline in steps that a drawing has room for. */
function closeUp(log: LogPage, { from, to }: Stretch) {
  const factor = widening(to - from);
  const timeline = inWiderSteps(log.timeline, factor);
  return {
    factor,
    stepNs: timeline.stepNs,
    lanes: lanesOf(timeline, log.share),
    stretch: { from: Math.floor(from / factor), to: Math.ceil(to / factor) },
  };
}

function draw(
  { bands }: RunPage,
  log: LogPage,
  whole: Stretch,
  width: number,
  look: (from: number, to: number) => void,
): SVGSVGElement {
  const { factor, stepNs, lanes, stretch } = closeUp(log, whole);
  const right = width - MARGIN.right;
  const bottom = lanes.reduce((y, { height }) => y + height + LANE_GAP, MARGIN.top) - LANE_GAP;
  const x = linearScale([stretch.from, stretch.to], [MARGIN.left, right], width / 110);
  const times = [stretch.from * stepNs, stretch.to * stepNs] as const;
  const time = linearScale(times, [MARGIN.left, right], width / 130);
  const words = `${lanes.map(({ title }) => title).join('; ')}: from ${shortTime(times[0])} to ${shortTime(times[1])}.`;
  const drawn = drawing(width, bottom + MARGIN.bottom, words);
  drawn.append(
    bottomAxis(time, [MARGIN.top, bottom], timesApart(times[1], time.ticks[1] - time.ticks[0])),
  );
  drawn.append(...bandsOf(bands, time, times, [MARGIN.top, bottom]));
  let top = MARGIN.top;
  for (const lane of lanes) {
    const y = laneScale(lane, stretch, [top + lane.height, top]);
    const title = { x: MARGIN.left, y: top - 8, class: 'lane-title' };
    drawn.append(
      leftAxis(y, [MARGIN.left, right], lane.format),
      ...lane.draw(stretch, x, y),
      svg('text', title, lane.title),
    );
    top += lane.height + LANE_GAP;
  }
  const stepAt = (place: number) =>
    Math.floor(x.valueAt(Math.min(right, Math.max(MARGIN.left, place))));
  const cursor = svg('line', { class: 'cursor', y1: MARGIN.top, y2: bottom, visibility: 'hidden' });
  drawn.append(cursor);
  explainsPlace(drawn, (at) => {
    const step = Math.min(stepAt(at), stretch.to - 1);
    const middle = String(x.at(step + 0.5));
    cursor.setAttribute('x1', middle);
    cursor.setAttribute('x2', middle);
    cursor.setAttribute('visibility', 'visible');
    const [from, until] = [step * stepNs, (step + 1) * stepNs];
    const during = bands.filter(({ fromNs, untilNs }) => fromNs < until && untilNs > from);
    return [
      `from ${timesApart(times[1], stepNs)(from)} on`,
      ...lanes.map((lane) => lane.at(step)),
      ...during.slice(0, BANDS_NAMED).map(({ name }) => name),
    ];
  });
  drawn.addEventListener('pointerleave', () => cursor.setAttribute('visibility', 'hidden'));
  dragging(drawn, [MARGIN.top, bottom], (from, to) =>
    look(x.valueAt(from) * factor, x.valueAt(to) * factor),
  );
  return drawn;
}

/** Times in which something stood still. */
function bandsOf(
  bands: readonly Band[],
  time: Scale,
  [from, to]: readonly [number, number],
  [top, bottom]: readonly [number, number],
): SVGElement[] {
  return bands
    .filter(({ fromNs, untilNs }) => fromNs < to && untilNs > from)
    .map(({ fromNs, untilNs }) => {
      const left = time.at(Math.max(from, fromNs));
      const wide = Math.max(2, time.at(Math.min(to, untilNs)) - left);
      return svg('rect', { class: 'band', x: left, y: top, width: wide, height: bottom - top });
    });
}

/** Dragging over a drawing marks a stretch; places are in the drawing's own pixels. */
function dragging(
  drawn: SVGSVGElement,
  [top, bottom]: readonly [number, number],
  done: (from: number, to: number) => void,
): void {
  const mark = svg('rect', { class: 'mark', y: top, height: bottom - top, width: 0 });
  let start: number | undefined;
  const placeOf = (event: PointerEvent) => {
    const { left, width } = drawn.getBoundingClientRect();
    return ((event.clientX - left) * drawn.viewBox.baseVal.width) / width;
  };
  drawn.addEventListener('pointerdown', (event) => {
    start = placeOf(event);
    drawn.setPointerCapture(event.pointerId);
    drawn.append(mark);
  });
  drawn.addEventListener('pointermove', (event) => {
    if (start === undefined) return;
    const now = placeOf(event);
    mark.setAttribute('x', String(Math.min(start, now)));
    mark.setAttribute('width', String(Math.abs(now - start)));
  });
  drawn.addEventListener('pointerup', (event) => {
    if (start === undefined) return;
    const [from, to] = [start, placeOf(event)].sort((one, other) => one - other);
    start = undefined;
    mark.remove();
    hideTip();
    if (to - from > 4) done(from, to);
  });
}

function numbers(log: LogPage): HTMLElement {
  const { stepNs, lanes, stretch } = closeUp(log, { from: 0, to: log.timeline.mean.length });
  const steps = Array.from({ length: stretch.to }, (_, step) => step);
  const words = timesApart(steps.length * stepNs, stepNs);
  return dataTable(
    'Steps of simulated time',
    [
      { name: 'from', of: (step) => step, show: (step) => words(step * stepNs) },
      ...lanes.map((lane) => ({ name: lane.title, of: lane.at, isWords: true })),
    ],
    steps,
  ).element;
}
