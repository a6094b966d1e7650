/** The page about a run. */
import type { LogPage, RunPage } from '../report/html/page-data.ts';
import { formatCount, formatCountOf, formatShare } from '../report/numbers.ts';
import { ChosenRequest } from './chosen-request.ts';
import { curves } from './curves.ts';
import { type Child, html } from './dom.ts';
import { figureRanges } from './figure-ranges.ts';
import { orderBars } from './order-bars.ts';
import { parameterBlock } from './parameter-block.ts';
import { partBars } from './part-bars.ts';
import { type Part, pageOf } from './parts-of-page.ts';
import { requestList } from './request-list.ts';
import { reuseCurves } from './reuse-curves.ts';
import { sectionBody, sectionView } from './section-view.ts';
import { spreadBars } from './spread-bars.ts';
import { timeline } from './timeline.ts';
import { deviceTable, windowTable } from './traffic-tables.ts';

const NO_LOG =
  'This needs a request log: run again with --report, or with --requests FILE and then tcesim report DIR --requests FILE.';

/** What became of counts of a sample. */
const COUNTED = 'Counts are of the sample.';
const SCALED = 'Requests a microsecond and requests under way are scaled up by its share.';

export function runView(page: RunPage): DocumentFragment {
  const stopped = page.isComplete ? '' : ', stopped early';
  return pageOf(
    {
      title: page.title,
      kicker: `tcesim ${page.version}, a run${stopped}`,
      headline: page.headline,
      warnings: page.warnings,
    },
    runParts(page, new ChosenRequest()),
  );
}

/** The parts of the page; `chosen` is the request whose walk is shown. */
export function runParts(page: RunPage, chosen: ChosenRequest): Part[] {
  return [
    { id: 'asked', title: 'What was run', content: askedContent(page) },
    ...(page.directions[0].count > 0 ? [latencyPart(page)] : []),
    { id: 'time', title: 'Over time', content: timeContent(page) },
    { id: 'requests', title: 'Requests', content: requestContent(page) },
    { id: 'traffic', title: 'Windows and devices', content: trafficContent(page) },
    { id: 'pages', title: 'Reuse of pages', content: reuseContent(page) },
    { id: 'memory', title: 'Table memory', content: memoryContent(page) },
    ...killsPart(page),
    { id: 'walk', title: 'The walk', content: walkContent(page, chosen) },
    { id: 'simulation', title: 'This simulation', content: sectionBody(page.sections.host) },
  ];
}

function askedContent({ asked, parameters }: RunPage): Child[] {
  return [
    html('div', { class: 'block' }, ...sectionBody(asked)),
    ...parameters.map(parameterBlock),
  ];
}

function latencyPart(page: RunPage): Part {
  const { log } = page;
  const exact = [partBars(page).element, figureRanges(page).element];
  const logged =
    log === null || log.rows === 0
      ? [html('p', { class: 'remark' }, `Distributions: ${lackWords(log)}`)]
      : [sampleNote(log, COUNTED), spreadBars(log).element, curves(page, log.curves).element];
  return { id: 'latency', title: 'Latency', content: [...exact, ...logged] };
}

function timeContent(page: RunPage): Child[] {
  const { log } = page;
  if (log === null || log.rows === 0) return [html('p', { class: 'remark' }, lackWords(log))];
  return [sampleNote(log, SCALED), timeline(page, log).element];
}

/** Why there is nothing to draw of a log. */
function lackWords(log: LogPage | null): string {
  return log === null ? NO_LOG : 'The request log has no request.';
}

/** How much of the run a log holds; `counts` says what became of counts where it is a sample. */
function sampleNote({ rows, requests, share }: LogPage, counts: string): HTMLElement {
  const words =
    share === 1
      ? `From the request log, which has all ${formatCountOf(requests, 'request')}.`
      : `A sample: from the request log, which has ${formatCount(rows)} of ${formatCount(requests)} requests (${formatShare(rows, requests)}). ${counts}`;
  return html('p', { class: 'sample' }, words);
}

function requestContent({ sections }: RunPage): Child[] {
  return [
    html(
      'div',
      { class: 'columns' },
      sectionView(sections.requests, 'What became of them'),
      sectionView(sections.walks),
    ),
  ];
}

function trafficContent({ windows, log }: RunPage): Child[] {
  return [
    html('h3', {}, 'DMA windows'),
    ...(windows.length === 0
      ? [html('p', { class: 'remark' }, 'No window came into being.')]
      : [windowTable(windows)]),
    html('h3', {}, 'Devices'),
    ...(log === null || log.rows === 0
      ? [html('p', { class: 'remark' }, lackWords(log))]
      : deviceContent(log)),
  ];
}

function deviceContent(log: LogPage): Child[] {
  const left = log.devicesLeft;
  return [
    sampleNote(log, COUNTED),
    deviceTable(log.devices),
    left === 0
      ? null
      : html(
          'p',
          { class: 'remark' },
          `${formatCount(left)} devices with fewer requests are left out.`,
        ),
  ];
}

function reuseContent(page: RunPage): Child[] {
  const { log } = page;
  if (log === null || log.rows === 0) return [html('p', { class: 'remark' }, lackWords(log))];
  if (log.pages === null) {
    const words =
      'The request log is a sample, which cannot tell how soon pages come back: tcesim trace info TRACE tells it of all, or --requests-share 1.';
    return [html('p', { class: 'remark' }, words)];
  }
  return [reuseCurves(page, log.pages).element];
}

function memoryContent({ orders, sections }: RunPage): Child[] {
  return [
    ...(orders.length === 0 ? [] : [orderBars(orders).element]),
    html('div', { class: 'block' }, ...sectionBody(sections.tables)),
  ];
}

function killsPart({ sections: { kills, freezes } }: RunPage): Part[] {
  const content = [
    ...(kills === null ? [] : [sectionView(kills)]),
    ...(freezes === null ? [] : [sectionView(freezes)]),
  ];
  return content.length === 0 ? [] : [{ id: 'kills', title: 'Kills and freezes', content }];
}

function walkContent(page: RunPage, chosen: ChosenRequest): Child[] {
  const { log } = page;
  if (log === null || log.rows === 0) return [html('p', { class: 'remark' }, lackWords(log))];
  const count = formatCount(log.sample.rows.length);
  const note = `${count} requests of the log: some of all, the slowest, and the first of each outcome. The number of a request opens its walk.`;
  return [html('p', { class: 'sample' }, note), requestList(page, log, chosen)];
}
