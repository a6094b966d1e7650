/** docs/counters.md: every field of a result is defined, once. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { counterGroups } from '../../sim/results/counter-list.ts';
import { PARTS } from '../../sim/unit/books/parts.ts';
import { sample } from '../cli/command.ts';
import { runJson } from './run.ts';

const groups = counterGroups();
const counters = groups.flatMap(({ title, counters }) =>
  counters.map((counter) => ({ title, ...counter })),
);
const timing = readFileSync(
  fileURLToPath(new URL('../../docs/timing.md', import.meta.url)),
  'utf8',
);

describe('a counter', () => {
  test('has a definition, without exception', () => {
    expect(counters.filter(({ definition }) => definition === '')).toEqual([]);
    expect(counters.length).toBeGreaterThan(100);
  });

  test('has a unit if it is a number', () => {
    const named = counters.filter(({ key }) => /Ns$|Bytes$|Cycles$/.test(key));
    for (const { key, unit } of named) {
      expect([key, unit]).toEqual([key, key.endsWith('Ns') ? 'ns' : 'bytes']);
    }
  });

  test('follows rules that docs/timing.md has', () => {
    const known = new Set([...timing.matchAll(/^\*\*(T\d+)\.\*\*/gm)].map(([, rule]) => rule));
    const named = counters.flatMap(({ rule }) => rule.match(/T\d+/g) ?? []);
    expect(named.filter((rule) => !known.has(rule))).toEqual([]);
    expect(new Set(named).size).toBeGreaterThan(20);
  });

  test('is defined once under each title', () => {
    for (const { counters, repeated } of groups) {
      const keys = [...counters.map(({ key }) => key), ...repeated];
      expect(new Set(keys).size).toBe(keys.length);
    }
  });
});

test('every part of a latency has its line', () => {
  const parts = groups.find(({ title }) => title === 'Parts of a latency')?.counters ?? [];
  expect(parts.map(({ key }) => key)).toEqual([...PARTS]);
});

test('every figure of a result is listed', async () => {
  const result = await runJson('--trace', sample('p9-nvme-e1000e.arrow'));
  const listed = new Set([
    ...counters.flatMap(({ key }) => key.replace('[]', '').split('.')),
    ...groups.flatMap(({ repeated }) => repeated.flatMap((key) => key.split('.'))),
  ]);
  const missing = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      if (!Array.isArray(value) && !listed.has(key)) missing.add(key);
      if (!FREE_FORM.includes(key)) visit(child);
    }
  };
  visit(result);
  expect([...missing]).toEqual([]);
});

/** What has keys of its own: the scenario, reasons of faults, and parts by name. */
const FREE_FORM = ['scenario', 'faultsByKind', 'parts', 'value'];
