/** The catalog of experiments: its names, its scenarios as files, and what it admits to have fitted. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readScenario } from '../../sim/scenario/scenario-file.ts';
import { chosenExperiments, EXPERIMENTS, scenarioNamed } from '../../sim/validation/catalog.ts';
import { judge, type Row } from '../../sim/validation/experiment.ts';
import { walkersOf } from '../../sim/validation/intel-systems.ts';
import { scenarioText } from '../../sim/validation/scenario-text.ts';

const folder = fileURLToPath(new URL('../../bench/validation/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const rows = EXPERIMENTS.flatMap((experiment) => experiment.rows);

describe('a row', () => {
  it('has a name of its own that begins with its experiment', () => {
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    for (const { id, rows } of EXPERIMENTS) {
      for (const row of rows) expect(row.id.startsWith(`${id}.`), row.id).toBe(true);
    }
  });

  it('is named R1 without R10', () => {
    const ids = chosenExperiments('R1').map(({ id }) => id);
    expect(ids).toEqual(['R1']);
  });

  it('is good up to its tolerance and not beyond', () => {
    const row: Row = {
      id: 'x.y',
      published: 200,
      unit: 'ns',
      tolerance: 0.05,
      measure: { kind: 'model', figure: () => 0 },
    };
    expect(judge(row, 209.9).ok).toBe(true);
    expect(judge(row, 210.1).ok).toBe(false);
    expect(judge(row, 189.9).ok).toBe(false);
    expect(judge({ ...row, tolerance: 0 }, 200).ok).toBe(true);
    expect(judge({ ...row, published: 0, tolerance: 0 }, 1).ok).toBe(false);
  });
});

describe('what was fitted', () => {
  it('is marked: all of R2, R6, R7 and R10, the two ends of the sweeps of R1, and reads that hit', () => {
    const marked = rows.filter(({ calibrated }) => calibrated !== undefined).map(({ id }) => id);
    const isFitted = (id: string) =>
      /^R([267]|10)\./.test(id) || /^R1\.((HSW|BDW|IB)\.(512K|64M)|BDW\.read\.256K)$/.test(id);
    expect(marked).toEqual(rows.map(({ id }) => id).filter(isFitted));
  });

  it('makes walkers a whole number: 229 ns of walk in 45.9 ns are five', () => {
    expect(walkersOf(229, 45.9)).toBe(5);
    expect(walkersOf(288, 45.7)).toBe(6);
    expect(walkersOf(10, 45.7)).toBe(1);
  });
});

describe('a scenario under bench/validation', () => {
  it('is there at all', () => expect(files.length).toBeGreaterThan(20));

  it.each(files)('%s is what the catalog measures, and reads as that', (file) => {
    const name = file.replace(/\.yaml$/, '');
    const scenario = scenarioNamed(name);
    const text = scenarioText(scenario, `tcesim validate --show ${name}`);
    const [header, ...lines] = readFileSync(folder + file, 'utf8').split('\n');
    expect(header).toBe('# yaml-language-server: $schema=../../docs/scenario.schema.json');
    expect(lines.join('\n')).toBe(text);
    const read = readScenario(folder + file);
    const plain = ({ settings, places: _places, ...rest }: typeof read) => ({
      ...rest,
      settings: settings.map(({ key, text }) => `${key}=${text}`).sort(),
    });
    expect(plain(read)).toEqual(plain(scenario));
  });
});

describe('a point that is no row', () => {
  it('has a DMA window as large as its sweep, 2 GiB at least', () => {
    const windowsOf = (name: string) => scenarioNamed(name).windows;
    expect(windowsOf('R1.HSW.6M')).toEqual(['4K:2G:levels=1']);
    expect(windowsOf('R1.HSW.3G')).toEqual(['4K:4G:levels=1']);
    expect(scenarioNamed('R1.HSW.0.5M').generate?.set.window).toBe('524288');
  });

  it('is told apart from what is unknown where --only names it', () => {
    expect(() => chosenExperiments('R1.HSW.6M')).toThrow('`--show R1.HSW.6M` prints its scenario');
    expect(() => scenarioNamed('R1.HSW.1K')).toThrow('unknown point');
  });

  it.each([
    'R1.HSW.6M',
    'R1.IB.1.5M',
    'R1.HSW.read.8M',
    'R2.IB.1M',
    'R5.PTB8.T24',
    'R5.PTB1.T16.1024x8',
  ])('%s has a scenario, too', (name) => {
    expect(scenarioNamed(name).generate).toBeDefined();
  });

  it.each([
    'R1.SNB.1M',
    'R1.HSW.1X',
    'R5.PTB1.T512',
    'R8.default.bytes',
    'R3',
  ])('%s has none', (name) => {
    expect(() => scenarioNamed(name)).toThrow(/^--show: /);
  });
});
