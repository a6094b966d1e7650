/** The forms of a report: text, JSON, CSV and Markdown tell the same run. */
import { beforeAll, describe, expect, test } from 'vitest';
import { resultSchema } from '../../sim/results/result-schema.ts';
import { sample, succeed, workFolder } from '../cli/command.ts';
import { mixedTrace, writeCsv } from '../results/run.ts';

const path = workFolder();
const forms = new Map<string, string>();
const args = ['run', '--trace', sample('p9-nvme-e1000e.arrow'), '--format'];

beforeAll(async () => {
  for (const form of ['table', 'json', 'csv', 'markdown']) {
    forms.set(form, await succeed(...args, form));
  }
});

const linesOf = (form: string) => (forms.get(form) as string).trimEnd().split('\n');

describe('the text', () => {
  test('has no line of more than 80 columns', () => {
    expect(linesOf('table').filter((line) => line.length > 80)).toEqual([]);
  });

  test('has no trailing blanks and no colours', () => {
    expect(linesOf('table').filter((line) => line !== line.trimEnd())).toEqual([]);
    expect(forms.get('table')).not.toContain('\u001b');
  });

  test('keeps to 80 columns with faults, many windows and a failed allocation', async () => {
    writeCsv(path('mixed.csv'), mixedTrace().rows);
    const windows = ['--window', '4K:64G:levels=1', '--window', '64K:1T:levels=2'];
    const text = await succeed('run', '--trace', path('mixed.csv'), ...windows, '--map', 'touched');
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(text).toContain('order 11');
  });

  test('names each assumed parameter', () => {
    const { assumed } = JSON.parse(forms.get('json') as string);
    for (const { key } of assumed) expect(forms.get('table')).toContain(`  ${key} `);
  });

  test('tells that the recorded real addresses agree', () => {
    const text = linesOf('table').join(' ').replaceAll(/\s+/g, ' ');
    expect(text).toContain('50,029 agree, 0 differ');
  });
});

test('the JSON is of the published schema', () => {
  const parsed = resultSchema.safeParse(JSON.parse(forms.get('json') as string));
  expect(parsed.error?.issues ?? []).toEqual([]);
});

test('the published schema refuses a result with a figure too many or too few', () => {
  const result = JSON.parse(forms.get('json') as string);
  expect(resultSchema.safeParse({ ...result, more: 1 }).success).toBe(false);
  expect(resultSchema.safeParse({ ...result, hits: undefined }).success).toBe(false);
});

test('the CSV has a line for every figure of the JSON', () => {
  const leaves = (value: unknown): number =>
    typeof value === 'object' && value !== null
      ? Object.values(value).reduce((sum: number, child) => sum + leaves(child), 0)
      : 1;
  const lines = linesOf('csv');
  const result = JSON.parse(forms.get('json') as string);
  expect(lines[0]).toBe('key,value');
  expect(lines).toHaveLength(1 + leaves(result));
  for (const key of ['requests', 'hits', 'misses'])
    expect(lines).toContain(`${key},${result[key]}`);
  expect(lines).toContain(`latency.parts.walk.mean,${result.latency.parts.walk.mean}`);
});

test('the Markdown has as many cells in every row of a table', () => {
  const tables = (forms.get('markdown') as string)
    .split('\n\n')
    .filter((block) => block.startsWith('|'));
  expect(tables.length).toBeGreaterThan(5);
  for (const table of tables) {
    const cells = table
      .trimEnd()
      .split('\n')
      .map((row) => row.replaceAll('\\|', '').split('|').length);
    expect(new Set(cells).size).toBe(1);
  }
});

test('the Markdown begins with one title and has the sections of the text', () => {
  const titles = linesOf('markdown').filter((line) => line.startsWith('# '));
  expect(titles).toHaveLength(1);
  const sections = linesOf('markdown').filter((line) => line.startsWith('## '));
  for (const section of sections) {
    const title = section.slice(3).toLowerCase();
    expect(linesOf('table').map((line) => line.toLowerCase())).toContain(title);
  }
});
