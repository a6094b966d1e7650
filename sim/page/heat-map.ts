/** Two axes of a study against each other, a figure in each cell; the other axes stand still and can be chosen. */
import type { Metric, PagePoint, StudyPage } from '../report/html/page-data.ts';
import { button, type Child, choice, html } from './dom.ts';
import { figureWords, metricWords } from './figures-in-words.ts';

/** A ratio of largest to smallest from which on equal factors look equal. */
const LOG_FROM = 20;

/** What a reader looks at: indices. */
interface View {
  metric: number;
  across: number;
  down: number;
  /** The value of each axis, for those that stand still. */
  readonly fixed: number[];
}

export function heatMap(page: StudyPage): HTMLElement {
  const view = firstView(page);
  const controls = html('div', { class: 'row filters' });
  const map = html('div', { id: 'heat-map' });
  const detail = html('div', { id: 'point-view', 'aria-live': 'polite' });
  const show = () => {
    map.replaceChildren(
      mapOf(page, view, (point) => detail.replaceChildren(pointView(page, point))),
    );
    detail.replaceChildren();
  };
  const ask = () =>
    controls.replaceChildren(
      ...controlsOf(page, view, show, (turned) => {
        ask();
        show();
        // The field is a new one; who chooses by keyboard goes on where they were.
        controls.children[turned].querySelector('select')?.focus();
      }),
    );
  ask();
  show();
  return html('div', {}, controls, map, detail);
}

/** Levels against window sizes where a study has them, else the axes with the most values. */
function firstView({ axes, metrics, points }: StudyPage): View {
  const varied = axes.map(({ values }, at) => ({ at, count: values.length }));
  const others = varied.toSorted((one, other) => other.count - one.count).map(({ at }) => at);
  const named = (name: string) =>
    axes.findIndex((axis) => axis.name === name && axis.values.length > 1);
  const [window, levels] = [named('window'), named('levels')];
  const across = window >= 0 ? window : (others.find((at) => at !== levels) ?? 0);
  const down = levels >= 0 ? levels : (others.find((at) => at !== across) ?? across);
  const metric = Math.max(
    0,
    metrics.findIndex(({ key }) => key === 'p99'),
  );
  // Where nothing came into being there is less to see.
  const first = points.find(({ answer }) => answer === 'created') ?? points[0];
  return { metric, across, down, fixed: axes.map((_, at) => first?.at[at] ?? 0) };
}

/** The varied axes that stand still. */
function stillAxes({ axes }: StudyPage, { across, down }: View): number[] {
  return axes.flatMap(({ values }, at) =>
    values.length > 1 && at !== across && at !== down ? [at] : [],
  );
}

function controlsOf(
  page: StudyPage,
  view: View,
  show: () => void,
  turned: (field: number) => void,
): HTMLElement[] {
  const { axes, metrics } = page;
  const varied = axes.flatMap(({ values }, at) => (values.length > 1 ? [at] : []));
  const names = varied.map((at) => axes[at].name);
  const axisChoice = (at: number, key: 'across' | 'down', other: 'across' | 'down') =>
    choice(key === 'across' ? 'Across' : 'Down', names, varied.indexOf(view[key]), (index) => {
      const before = view[key];
      view[key] = varied[index];
      if (view[other] === view[key]) view[other] = before;
      turned(at);
    });
  return [
    choice('Figure', metrics.map(metricWords), view.metric, (index) => {
      view.metric = index;
      show();
    }),
    ...(names.length > 2 ? [axisChoice(1, 'across', 'down'), axisChoice(2, 'down', 'across')] : []),
    ...stillAxes(page, view).map((at) =>
      choice(axes[at].name, axes[at].values, view.fixed[at], (index) => {
        view.fixed[at] = index;
        show();
      }),
    ),
  ];
}

function mapOf(page: StudyPage, view: View, open: (point: PagePoint) => void): HTMLElement {
  const { axes, metrics, points } = page;
  const [across, down, metric] = [axes[view.across], axes[view.down], metrics[view.metric]];
  const shown = points.filter(({ at }) =>
    at.every(
      (value, axis) => axis === view.across || axis === view.down || value === view.fixed[axis],
    ),
  );
  const shade = shadeOf(
    metric,
    shown.map(({ figures }) => figures[view.metric]),
  );
  const heads = across.values.map((value) => html('th', { scope: 'col' }, value));
  const rows = down.values.map((value, row) =>
    html(
      'tr',
      {},
      html('th', { scope: 'row' }, value),
      ...across.values.map((_, column) => {
        const point = shown.find(({ at }) => at[view.across] === column && at[view.down] === row);
        return point === undefined ? html('td') : cellOf(point, metric, view.metric, shade, open);
      }),
    ),
  );
  const still = stillAxes(page, view).map(
    (at) => `${axes[at].name} ${axes[at].values[view.fixed[at]]}`,
  );
  const caption = `${[`${metricWords(metric)}: ${across.name} across, ${down.name} down`, ...still].join(', ')}; deeper is worse`;
  return html(
    'div',
    { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': caption },
    html(
      'table',
      { class: 'heat' },
      html('caption', {}, caption),
      html(
        'thead',
        {},
        html('tr', {}, html('th', { scope: 'col' }, `${down.name} \\ ${across.name}`), ...heads),
      ),
      html('tbody', {}, ...rows),
    ),
  );
}

function cellOf(
  point: PagePoint,
  metric: Metric,
  at: number,
  shade: (figure: number) => number,
  open: (point: PagePoint) => void,
): HTMLTableCellElement {
  const figure = point.figures[at];
  const isCreated = point.answer === 'created';
  const words = figureWords(metric, figure);
  // Where a window was refused its order tells by how much; everything else has no figure.
  const shown = isCreated
    ? words
    : metric.unit === 'order' && figure !== null
      ? `${point.answer} ${words}`
      : point.answer;
  const cell = html(
    'td',
    { class: isCreated ? 'made' : 'refused' },
    button(shown, () => open(point)),
  );
  if (isCreated && figure !== null) {
    cell.style.setProperty('--depth', `${(100 * shade(figure)).toFixed(1)}%`);
  }
  return cell;
}

/** How deep a figure's colour is, 0..1: worse is deeper. */
function shadeOf({ isLessBetter }: Metric, figures: readonly (number | null)[]) {
  const known = figures.filter((figure) => figure !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const isLog = least > 0 && most / least > LOG_FROM;
  const place = (figure: number) => (isLog ? Math.log(figure) : figure);
  const span = place(most) - place(least);
  return (figure: number) => {
    const share = span > 0 ? (place(figure) - place(least)) / span : 0;
    return isLessBetter === false ? 1 - share : share;
  };
}

/** All figures of a point. */
function pointView({ axes, metrics }: StudyPage, point: PagePoint): HTMLElement {
  const where = axes.map(({ name, values }, axis) => `${name} ${values[point.at[axis]]}`);
  const facts: Child[] = metrics.map((metric, at) =>
    html(
      'div',
      { class: 'fact' },
      html('dt', {}, metricWords(metric)),
      html('dd', { class: 'value' }, figureWords(metric, point.figures[at])),
    ),
  );
  const reason = point.reason === '' ? null : html('p', {}, `${point.answer}: ${point.reason}`);
  return html(
    'div',
    { class: 'block' },
    html('h3', {}, where.join(', ')),
    reason,
    html('dl', { class: 'facts' }, ...facts),
  );
}
