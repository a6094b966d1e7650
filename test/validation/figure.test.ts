/** The figures of experiments: where values stand, and that those of the documentation are the command's. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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

/** x and y of the circles of a class, within their plots. */
function circles(svg: string, name: string): [number, number][] {
  const found = svg.matchAll(
    new RegExp(`title><circle class="${name}" cx="(.*?)" cy="(.*?)"`, 'g'),
  );
  const rings = svg.matchAll(/\/><circle class="(.*?)" cx="(.*?)" cy="(.*?)" r="5.5"\/><\/g>/g);
  return name === 'ring'
    ? [...rings].map(([, , x, y]) => [Number(x), Number(y)])
    : [...found].map(([, x, y]) => [Number(x), Number(y)]);
}

describe('a figure', () => {
  it('has values at their heights, and windows a doubling apart equally far', () => {
    const svg = figureSvg(figure);
    // A plot is 336 by 182 pixels: 1M at its left end, 4M at its right one, 20 on top, 0 at the bottom.
    expect(circles(svg, 'ring')).toEqual([
      [0, 0],
      [336, 182],
    ]);
    expect(circles(svg, 'dot')).toEqual([
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
    expect(circles(svg, 'dot fit')).toHaveLength(1);
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
  const printed: string[] = [];

  /** Measures an experiment with its figure. R1 has rows out of tolerance: that the code is 4 is no matter here. */
  const draw = (name: string) =>
    new Promise<void>((resolve) => {
      const words = ['validate', '--only', name, '--figures', folder, '--format', 'markdown'];
      execFile(process.execPath, ['dist/sim/cli/main.js', ...words], { cwd: root }, (_, out) => {
        printed.push(...out.split('\n').filter((line) => line.startsWith(`| ${name}.`)));
        resolve();
      });
    });

  beforeAll(async () => {
    await Promise.all([draw('R1'), draw('R2')]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    'R1.svg',
    'R2.svg',
  ])('%s is what `tcesim validate --figures docs/figures` makes', (name) => {
    expect(readdirSync(`${root}docs/figures`)).toContain(name);
    expect(readFileSync(join(folder, name), 'utf8')).toBe(
      readFileSync(`${root}docs/figures/${name}`, 'utf8'),
    );
  });

  it('stands beside a table of the same numbers, in docs/validation.md', () => {
    const page = readFileSync(`${root}docs/validation.md`, 'utf8').split('\n');
    expect(page.filter((line) => /^\| R[12]\./.test(line))).toEqual(printed.sort(byExperiment));
  });
});

/** R1 before R2; within one as printed. */
function byExperiment(one: string, other: string): number {
  return Number(one[3]) - Number(other[3]);
}
