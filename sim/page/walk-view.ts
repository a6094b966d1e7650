/** One request in full: who sent it, which window and table it met, and where its time went. */
import { describeBytes } from '../../models/size.ts';
import type { RunPage, Sample, SampleRow, WindowRow } from '../report/html/page-data.ts';
import { formatCount, formatCountOf, formatNs, formatTime } from '../report/numbers.ts';
import { bottomAxis, drawing } from './axes.ts';
import { html, svg } from './dom.ts';
import { linearScale } from './scale.ts';
import { type LevelStep, levelSteps, windowsAt } from './walk-steps.ts';
import { cacheWords, stationsMet, tceWords, unreadWords } from './walk-words.ts';
import { shortTime } from './words.ts';

const ROW_PX = 24;
const WIDTH = 640;
const MARGIN = { left: 104, right: 120, top: 4, bottom: 34 };

export function walkView(page: RunPage, sample: Sample, request: SampleRow): HTMLElement {
  const { n, phb, isWrite, length, rid, address, arrive } = request;
  const way = isWrite ? 'write' : 'read';
  const title = `Request ${formatCount(n)} of PHB ${phb}`;
  const sent = `${rid} sent a ${way} of ${formatCount(length)} bytes to ${address}, ${formatTime(arrive * page.cycleNs)} after the trace began.`;
  return html(
    'div',
    { class: 'walk' },
    html('h3', { tabindex: -1 }, title),
    html('p', {}, sent),
    stepList(page, sample, request),
    html(
      'h4',
      {},
      `${formatCount(request.latency)} cycles, ${formatNs(request.latency * page.cycleNs)} ns`,
    ),
    waterfall(page, sample, request),
  );
}

/** The stations of the request, one after the other, as far as it came. */
function stepList(page: RunPage, sample: Sample, request: SampleRow): HTMLElement {
  const outcome = sample.outcomes[request.outcome];
  const hasWaited = request.spent.some(([part]) => sample.parts[part] === 'mergeWait');
  const met = stationsMet(outcome);
  const windows = windowsAt(page.windows, request);
  const [window] = windows;
  const real = request.real === null ? 'No access.' : `Real address ${request.real}.`;
  return html(
    'ol',
    { class: 'stations' },
    station('RTE', `RID ${request.rid} is of PE ${request.pe}.`),
    met.tve ? station('TVE', tveWords(windows)) : null,
    station(
      met.table ? 'TCE cache' : 'Outcome',
      `${outcome}. ${cacheWords(outcome)}${tceWords(outcome, request.walk !== null, hasWaited)}`,
    ),
    met.table && window !== undefined
      ? station('Table', '', levelTable(levelSteps(window, request), page.cycleNs, hasWaited))
      : null,
    station('Memory', real),
  );
}

/** The window that a request meets, of those of its PE that hold its address. */
function tveWords([window, ...others]: readonly WindowRow[]): string {
  if (window === undefined) return 'No window of the result holds this address.';
  const { kind, tve, levels, tableBytes, pageBytes, reachBytes } = window;
  const several =
    others.length > 0 ? ` It is one of ${others.length + 1} that stood there during the run.` : '';
  if (kind !== 'translated') return `${tve}: ${kind}.${several}`;
  const table = `${formatCountOf(levels, 'level')} of ${describeBytes(tableBytes)}`;
  return `${tve}: ${table}, pages of ${describeBytes(pageBytes)}, reach ${describeBytes(reachBytes)}.${several}`;
}

function station(name: string, words: string, more: HTMLElement | null = null): HTMLElement {
  return html(
    'li',
    {},
    html('strong', {}, name),
    words === '' ? null : html('span', {}, words),
    more,
  );
}

function levelTable(steps: readonly LevelStep[], cycleNs: number, hasWaited: boolean): HTMLElement {
  const heads = ['level', 'index', 'entry at', 'TCE', 'which says', 'read in'].map((name) =>
    html('th', { scope: 'col', class: 'words' }, name),
  );
  const first = steps.findIndex(({ read }) => read !== null);
  const rows = steps.map(({ level, index, entry, read, page }, step) => {
    // A walk goes down: what it left out above it had, below it did not come to.
    const unread = first < 0 ? unreadWords(hasWaited) : step < first ? 'walk cache' : 'not reached';
    const cells =
      read === null
        ? [index, entry ?? '', '', page === null ? unread : `${unread}: page at ${page}`, '']
        : [
            index,
            entry ?? '',
            read.tce,
            read.says,
            `${formatCount(read.cycles)} cycles, ${formatNs(read.cycles * cycleNs)} ns`,
          ];
    return html(
      'tr',
      {},
      html('th', { scope: 'row' }, level === 0 ? '0, the leaf' : String(level)),
      ...cells.map((cell) =>
        html('td', { class: read === null ? 'words faint' : 'words code' }, cell),
      ),
    );
  });
  return html(
    'div',
    { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Levels of the table' },
    html('table', {}, html('thead', {}, html('tr', {}, ...heads)), html('tbody', {}, ...rows)),
  );
}

/** The parts of the latency one after the other, as they add up. */
function waterfall(page: RunPage, { parts }: Sample, { spent, latency }: SampleRow): Element {
  const bottom = MARGIN.top + Math.max(1, spent.length) * ROW_PX;
  const right = WIDTH - MARGIN.right;
  const total = Math.max(1, latency) * page.cycleNs;
  const x = linearScale([0, total], [MARGIN.left, right], 4);
  const nameOf = (part: number) =>
    page.parts.find(({ key }) => key === parts[part])?.name ?? parts[part];
  const words = spent.map(([part, cycles]) => `${nameOf(part)} ${cycles} cycles`).join(', ');
  const drawn = drawing(
    WIDTH,
    bottom + MARGIN.bottom,
    `Parts of the latency: ${words || 'none took time'}.`,
  );
  drawn.append(bottomAxis(x, [MARGIN.top, bottom], shortTime));
  let before = 0;
  spent.forEach(([part, cycles], row) => {
    const y = MARGIN.top + row * ROW_PX + 4;
    const from = x.at(before * page.cycleNs);
    before += cycles;
    const until = x.at(before * page.cycleNs);
    const size = { x: from, y, width: Math.max(1.5, until - from), height: ROW_PX - 8, rx: 2 };
    const middle = y + (ROW_PX - 8) / 2;
    drawn.append(
      svg(
        'text',
        { x: MARGIN.left - 8, y: middle, dy: '0.32em', 'text-anchor': 'end' },
        nameOf(part),
      ),
      svg('rect', { ...size, class: `part-${parts[part]}` }),
      svg(
        'text',
        { x: until + 6, y: middle, dy: '0.32em' },
        `${formatNs(cycles * page.cycleNs)} ns`,
      ),
    );
  });
  return drawn;
}
