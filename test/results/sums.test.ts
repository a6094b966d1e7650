/** A result adds up: what is counted twice, is counted the same both times. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../sim/results/result-schema.ts';
import { sample, workFolder } from '../cli/command.ts';
import { mixedTrace, runJson, writeCsv } from './run.ts';

/** Ten means, each rounded to a thousandth. */
const ROUNDING_NS = 10 * 0.0005;

const path = workFolder();
const mixed = mixedTrace();
const results = new Map<string, Result>();

beforeAll(async () => {
  writeCsv(path('mixed.csv'), mixed.rows);
  const window = ['--trace', path('mixed.csv'), '--window', '64K:1G'];
  results.set('none mapped', await runJson(...window));
  results.set('touched', await runJson(...window, '--map', 'touched', '--pace', 'interval:3.3'));
  results.set('all', await runJson(...window, '--map', 'all', '--pace', 'closed:4'));
  results.set('sample', await runJson('--trace', sample('p9-nvme-e1000e.arrow')));
});

const of = (name: string) => results.get(name) as Result;
const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

describe.each(['none mapped', 'touched', 'all', 'sample'])('run %s', (name) => {
  test('counts every request under exactly one outcome', () => {
    const { requests, hits, misses, merged, bypassed, msi, faults } = of(name);
    expect(requests).toBe(hits + misses + merged + bypassed + msi + faults);
    expect(requests).toBeGreaterThan(0);
  });

  test('splits faults by kind without a rest', () => {
    expect(sum(Object.values(of(name).faultsByKind))).toBe(of(name).faults);
  });

  test('has means of the parts that add up to the mean latency', () => {
    const { latency } = of(name);
    const parts = sum(Object.values(latency.parts).map(({ mean }) => mean));
    expect(Math.abs(parts - latency.mean)).toBeLessThanOrEqual(ROUNDING_NS);
  });

  test('has the same in every window', () => {
    for (const { latency, parts } of of(name).windows) {
      expect(Math.abs(sum(Object.values(parts)) - latency.mean)).toBeLessThanOrEqual(ROUNDING_NS);
    }
  });

  test('orders percentiles, and none passes the largest value', () => {
    const { parts, unit: _unit, ...total } = of(name).latency;
    const windows = of(name).windows.map(({ latency }) => latency);
    for (const { p50, p90, p99, p999, max } of [total, ...Object.values(parts), ...windows]) {
      expect([p50, p90, p99, p999, max]).toEqual([p50, p90, p99, p999, max].sort((a, b) => a - b));
    }
  });

  test('tells each PE as the sum of its windows', () => {
    const { pes, windows } = of(name);
    for (const { phb, pe, requests, faults, bytes } of pes) {
      const own = windows.filter((window) => window.phb === phb && window.pe === pe);
      expect([requests, faults, bytes]).toEqual([
        sum(own.map((window) => window.requests)),
        sum(own.map((window) => window.faults)),
        sum(own.map((window) => window.bytes)),
      ]);
    }
  });

  test('has all requests in its windows but the MSIs, which go to none', () => {
    const { windows, requests, msi } = of(name);
    expect(sum(windows.map((window) => window.requests))).toBe(requests - msi);
  });

  test('reads a table for every miss', () => {
    const { walkReads, misses } = of(name);
    expect(walkReads[0]).toBeGreaterThanOrEqual(misses);
  });
});

describe('the mixed trace', () => {
  test.each(['none mapped', 'touched', 'all'])('%s: is counted as it was written', (name) => {
    const result = of(name);
    expect(result.rows).toBe(mixed.rows.length);
    expect(result.dmas).toBe(mixed.dmas);
    expect(result.requests).toBe(mixed.dmas);
    expect(result.bytes).toBe(mixed.dmas * 1024);
    expect(result.msi).toBe(mixed.msi);
    expect(result.kills.all).toBe(mixed.kills);
    expect(result.faultsByKind['tvt-address']).toBe(mixed.outside);
  });

  test('faults less when its pages are mapped before it begins', () => {
    const pageFaults = (name: string) => of(name).faultsByKind['page-fault'];
    expect(pageFaults('touched')).toBeLessThan(pageFaults('none mapped'));
    expect(pageFaults('touched')).toBeGreaterThan(0);
    expect(pageFaults('all')).toBe(pageFaults('touched'));
  });

  test('gives the same counts under any pacing', () => {
    const counts = ({ misses, faultsByKind, walkReads }: Result) => ({
      misses,
      faultsByKind,
      walkReads,
    });
    expect(counts(of('all'))).toEqual(counts(of('touched')));
  });
});

test('the sample has the rows that its README tells, and every real address agrees', () => {
  const { rows, dmas, kills, agreed, differed, requests } = of('sample');
  expect([rows, dmas, kills.all + kills.pe + kills.page]).toEqual([59_336, 36_166, 17_361]);
  expect(agreed).toBe(requests);
  expect(differed).toBe(0);
});
