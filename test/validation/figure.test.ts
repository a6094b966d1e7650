/** The figures of experiments: where values stand, and that those of the documentation are the command's. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../../sim/validation/experiment.ts';
import { type Figure, figureOf } from '../../sim/validation/figure.ts';
import { figureSvg } from '../../sim/validation/figure-svg.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const MIB = 2 ** 20;

const point = { x: MIB, published: 20, simulated: 10, isCalibrated: false };
const figure: Figure = {
  title: 'T',
  axes: { x: 'window', y: 'Gb/s', yFrom: 0 },
  panels: [{ title: 'S', points: [point, { ...point, x: 4 * MIB, published: 0, simulated: 20 }] }],
  caption: [],
};

/** x and y of the marks of a kind, within their plots. */
function marks(svg: string, kind: string): [number, number][] {
  const plots = svg.slice(svg.indexOf('<g '));
  const found = plots.matchAll(new RegExp(`class="${kind}" cx="(.*?)" cy="(.*?)"`, 'g'));
  return [...found].map(([, x, y]) => [Number(x), Number(y)]);
}

describe('a figure', () => {
  it('has values at their heights, and windows a doubling apart equally far', () => {
    const svg = figureSvg(figure);
    // A plot is 336 by 182 pixels: 1M at its left end, 4M at its right one, 20 on top, 0 at the bottom.
    expect(marks(svg, 'ring')).toEqual([
      [0, 0],
      [336, 182],
    ]);
    expect(marks(svg, 'dot')).toEqual([
      [0, 91],
      [336, 0],
    ]);
    expect(svg).toContain('<text x="168" y="200" text-anchor="middle">2M</text>');
    expect(svg).toContain('<path class="line" d="M0 91L336 0"/>');
  });

  it('tells what is calibrated from what is not, and only then explains the mark', () => {
    expect(figureSvg(figure)).not.toContain('calibrated');
    const points = [{ ...point, isCalibrated: true }, ...(figure.panels[0]?.points ?? [])];
    const svg = figureSvg({ ...figure, panels: [{ title: 'S', points }] });
    expect(marks(svg, 'dot fit')).toHaveLength(1);
    expect(svg).toContain('>calibrated</text>');
  });

  it('keeps words from being markup', () => {
    const svg = figureSvg({ ...figure, title: 'a < b & c', caption: ['</text>'] });
    expect(svg).toContain('a &lt; b &amp; c');
    expect(svg).toContain('&lt;/text&gt;');
  });

  it('has a panel for each series, in the order of windows, and the reasons of fits below', () => {
    const row = (series: string, x: number, calibrated?: string): Row => ({
      id: `R.${series}.${x}`,
      published: x,
      unit: 'ns',
      tolerance: 0,
      measure: { kind: 'model', figure: () => 0 },
      at: { series, x },
      ...(calibrated !== undefined && { calibrated }),
    });
    const rows = [row('A', 2), row('B', 1), row('A', 1, 'why')];
    const experiment = { id: 'R', title: 'T', source: 'S', rows, axes: figure.axes };
    const verdicts = rows.map((each) => ({ row: each, simulated: 3, deviation: 0, ok: true }));
    const { panels, caption } = figureOf({ experiment, verdicts }) as Figure;
    expect(panels.map(({ title, points }) => [title, points.map(({ x }) => x)])).toEqual([
      ['A', [1, 2]],
      ['B', [1]],
    ]);
    expect(caption).toEqual([
      'Published: S. Simulated: tcesim validate --only R.',
      'Calibrated: why.',
    ]);
  });
});

describe('docs/figures', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tcesim-figures-'));
  let printed: string[] = [];

  /** Draws an experiment and gives its rows as printed. The code is 4 for R1, which is no matter here. */
  const draw = (name: string) =>
    new Promise<string[]>((resolve) => {
      const words = ['validate', '--only', name, '--figures', folder, '--format', 'markdown'];
      execFile(process.execPath, ['dist/sim/cli/main.js', ...words], { cwd: root }, (_, out) => {
        resolve(out.split('\n').filter((line) => line.startsWith(`| ${name}.`)));
      });
    });

  beforeAll(async () => {
    printed = (await Promise.all([draw('R1'), draw('R2')])).flat();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(['R1.svg', 'R2.svg'])('%s is what the command draws', (name) => {
    const drawn = readFileSync(join(folder, name), 'utf8');
    expect(drawn).toBe(readFileSync(`${root}docs/figures/${name}`, 'utf8'));
  });

  it('show the numbers of docs/validation.md, which are what the command prints', () => {
    const page = readFileSync(`${root}docs/validation.md`, 'utf8').split('\n');
    expect(page.filter((line) => /^\| R[12]\./.test(line))).toEqual(printed);
  });
});
