/**
 * A figure as SVG: a panel a series, published values as rings, ours as dots on a line. The same figure gives
 * the same bytes. The file stands alone, follows the reader's light or dark scheme, and has the numbers for who
 * points at a mark.
 */
import { describeBytes, formatSize } from '../../models/size.ts';
import type { Axes } from './experiment.ts';
import type { Figure, Panel, Point } from './figure.ts';

/** Measures in pixels; a panel is its plot with the margins in which ticks and labels stand. */
const COLUMNS = 2;
const PANEL = { width: 410, height: 262 };
const MARGIN = { left: 58, top: 34, right: 16, bottom: 46 };
const PLOT = {
  width: PANEL.width - MARGIN.left - MARGIN.right,
  height: PANEL.height - MARGIN.top - MARGIN.bottom,
};
const HEAD_HEIGHT = 62;
const LINE_HEIGHT = 17;
const TICKS_MAX = 6;

const STYLE = `
  text { font: 12px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .series { font-weight: 600; }
  .ground { fill: #ffffff; }
  .grid { stroke: #d0d7de; }
  .axis { stroke: #59636e; }
  .line { stroke: #0969da; stroke-width: 1.5; fill: none; }
  .dot { fill: #0969da; stroke: #0969da; stroke-width: 1.5; }
  .fit { fill: #ffffff; }
  .ring { fill: none; stroke: #bc4c00; stroke-width: 1.75; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .ground { fill: #0d1117; }
    .grid { stroke: #30363d; }
    .axis { stroke: #9198a1; }
    .line { stroke: #58a6ff; }
    .dot { fill: #58a6ff; stroke: #58a6ff; }
    .fit { fill: #0d1117; }
    .ring { stroke: #ffa657; }
  }
`;

/** Where values of the axes lie within a plot, in pixels from its upper left corner. */
interface Scale {
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  readonly xOf: (x: number) => number;
  readonly yOf: (y: number) => number;
}

/** The text of the SVG file. The horizontal axis is logarithmic, for sizes. */
export function figureSvg({ title, axes, panels, caption }: Figure): string {
  const width = COLUMNS * PANEL.width;
  const captionTop = HEAD_HEIGHT + Math.ceil(panels.length / COLUMNS) * PANEL.height;
  const height = captionTop + caption.length * LINE_HEIGHT + 10;
  const scale = scaleOf(panels, axes);
  const drawn = panels.flatMap((panel, at) => {
    const left = (at % COLUMNS) * PANEL.width + MARGIN.left;
    const top = HEAD_HEIGHT + Math.floor(at / COLUMNS) * PANEL.height + MARGIN.top;
    return [`<g transform="translate(${left} ${top})">`, ...panelOf(panel, scale, axes), '</g>'];
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    `<text class="title" x="16" y="24">${escaped(title)}</text>`,
    ...legend(panels),
    ...drawn,
    ...caption.map((line, at) => text(16, captionTop + (at + 1) * LINE_HEIGHT, line)),
    '</svg>',
  ].join('\n')}\n`;
}

/** What the marks mean; of a calibrated one only where there is one. */
function legend(panels: readonly Panel[]): string[] {
  const isFitted = panels.some(({ points }) => points.some(({ isCalibrated }) => isCalibrated));
  const fitted = ['<circle class="dot fit" cx="238" cy="44" r="3"/>', text(248, 48, 'calibrated')];
  return [
    '<circle class="ring" cx="22" cy="44" r="5.5"/>',
    text(34, 48, 'published'),
    '<path class="line" d="M120 44H144"/>',
    '<circle class="dot" cx="132" cy="44" r="3"/>',
    text(150, 48, 'simulated'),
    ...(isFitted ? fitted : []),
  ];
}

function panelOf({ title, points }: Panel, scale: Scale, axes: Axes): string[] {
  const { xOf, yOf, xTicks, yTicks } = scale;
  const { width, height } = PLOT;
  const line = points.map(({ x, simulated }) => `${pixel(xOf(x))} ${pixel(yOf(simulated))}`);
  return [
    ...yTicks.flatMap((y) => [
      `<path class="grid" d="M0 ${pixel(yOf(y))}H${width}"/>`,
      text(-8, yOf(y) + 4, String(y), 'text-anchor="end"'),
    ]),
    ...xTicks.flatMap((x) => [
      `<path class="axis" d="M${pixel(xOf(x))} ${height}v4"/>`,
      text(xOf(x), height + 18, formatSize(x), 'text-anchor="middle"'),
    ]),
    `<path class="axis" d="M0 ${height}H${width}"/>`,
    text(0, -12, title, 'class="series"'),
    text(width / 2, height + 36, axes.x, 'text-anchor="middle"'),
    text(-height / 2, -38, axes.y, 'text-anchor="middle" transform="rotate(-90)"'),
    `<path class="line" d="M${line.join('L')}"/>`,
    ...points.map((point) => mark(point, scale)),
  ];
}

/** Both values at a place: the ring around the dot where they agree. */
function mark({ x, published, simulated, isCalibrated }: Point, { xOf, yOf }: Scale): string {
  const words = `${describeBytes(x)}: published ${shortValue(published)}, simulated ${shortValue(simulated)}`;
  const kind = isCalibrated ? 'dot fit' : 'dot';
  return [
    `<g><title>${words}</title>`,
    `<circle class="${kind}" cx="${pixel(xOf(x))}" cy="${pixel(yOf(simulated))}" r="3"/>`,
    `<circle class="ring" cx="${pixel(xOf(x))}" cy="${pixel(yOf(published))}" r="5.5"/></g>`,
  ].join('');
}

/** One scale for all panels, so that they can be compared. */
function scaleOf(panels: readonly Panel[], { yFrom }: Axes): Scale {
  const points = panels.flatMap((panel) => panel.points);
  const logs = points.map(({ x }) => Math.log2(x));
  const first = Math.floor(Math.min(...logs));
  const last = Math.max(first + 1, Math.ceil(Math.max(...logs)));
  const yMax = Math.max(...points.flatMap(({ published, simulated }) => [published, simulated]));
  const step = stepOf(yMax - yFrom);
  const steps = Math.ceil((yMax - yFrom) / step);
  return {
    xTicks: Array.from({ length: last - first + 1 }, (_, at) => 2 ** (first + at)),
    yTicks: Array.from({ length: steps + 1 }, (_, at) => yFrom + at * step),
    xOf: (x) => ((Math.log2(x) - first) / (last - first)) * PLOT.width,
    yOf: (y) => PLOT.height * (1 - (y - yFrom) / (steps * step)),
  };
}

/** The least of 1, 2, 5, 10, ... that divides a range into few steps. */
function stepOf(range: number): number {
  const power = 10 ** Math.floor(Math.log10(range / TICKS_MAX));
  const factor = [1, 2, 5].find((each) => range / (each * power) <= TICKS_MAX) ?? 10;
  return factor * power;
}

function text(x: number, y: number, words: string, attributes = ''): string {
  const more = attributes === '' ? '' : ` ${attributes}`;
  return `<text x="${pixel(x)}" y="${pixel(y)}"${more}>${escaped(words)}</text>`;
}

/** To the tenth, far above what the last bits of a logarithm could change. */
function pixel(value: number): string {
  return String(Number(value.toFixed(1)));
}

function shortValue(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
