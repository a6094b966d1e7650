/** A result adds up: what is counted twice, is counted the same both times. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import type { Result } from '../../sim/results/result-schema.ts';
import { sample, workFolder } from '../cli/command.ts';
import { mixedTrace, runJson, writeCsv } from './run.ts';

/** Fifteen means, each rounded to a thousandth. */
const ROUNDING_NS = 15 * 0.0005;

const path = workFolder();
const mixed = mixedTrace();
const results = new Map<string, Result>();

beforeAll(async () => {
  writeCsv(path('mixed.csv'), mixed.rows);
  const window = ['--trace', path('mixed.csv'), '--window', '64K:1G'];
  // A DMA is one request, a fault concerns no other, and what merges does not depend on time.
  const plain = [
    ...window,
    ...['--set', 'link.payloadBytes=1024', '--set', 'link.readRequestBytes=1024'],
    ...['--set', 'fault.freezesPe=false', '--set', 'tags.merge=entry'],
  ];
  results.set('none mapped', await runJson(...plain));
  results.set('touched', await runJson(...plain, '--map', 'touched', '--pace', 'interval:3.3'));
  results.set('all', await runJson(...plain, '--map', 'all', '--pace', 'closed:4'));
  results.set('frozen', await runJson(...window, '--map', 'touched'));
  // Few resources: every part of a latency is there, PEs freeze, and the line buffer is on.
  results.set(
    'tight',
    await runJson(
      ...window,
      ...['--map', 'touched', '--pace', 'interval:1.1', '--firmware', 'pre2021'],
      ...['--set', 'tags.count=2', '--set', 'walkers.count=1', '--set', 'dma.readEngines=1'],
      ...['--set', 'credits.nonPostedHeaders=4', '--set', 'credits.postedHeaders=4'],
      ...['--set', 'tceCache.entries=4', '--set', 'link.gbps=40'],
    ),
  );
  results.set('sample', await runJson('--trace', sample('p9-nvme-e1000e.arrow')));
});

const of = (name: string) => results.get(name) as Result;
const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

describe.each(['none mapped', 'touched', 'all', 'frozen', 'tight', 'sample'])('run %s', (name) => {
  test('counts every request under exactly one outcome', () => {
    const { requests, hits, lineHits, misses, merged, bypassed, msi, faults, dropped } = of(name);
    const served = hits + lineHits + misses + merged + bypassed;
    expect(requests).toBe(served + msi + faults + dropped.frozen + dropped.fenced);
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
    const { parts, ...total } = of(name).latency;
    const { completion, staleWindow } = of(name).kills;
    const windows = of(name).windows.map(({ latency }) => latency);
    const all = [total, total.reads, total.writes, completion, staleWindow];
    for (const { p50, p90, p99, p999, max } of [...all, ...Object.values(parts), ...windows]) {
      expect([p50, p90, p99, p999, max]).toEqual([p50, p90, p99, p999, max].sort((a, b) => a - b));
    }
  });

  test('tells each PE as the sum of its windows', () => {
    const { pes, windows } = of(name);
    for (const { phb, pe, ...all } of pes) {
      const own = windows.filter((window) => window.phb === phb && window.pe === pe);
      for (const key of ['requests', 'faults', 'readBytes', 'writtenBytes'] as const) {
        expect(all[key]).toBe(sum(own.map((window) => window[key])));
      }
      expect(all.dropped.frozen).toBe(sum(own.map(({ dropped }) => dropped.frozen)));
      expect(all.latency.max).toBe(Math.max(...own.map(({ latency }) => latency.max)));
    }
  });

  test('has reads and writes that make up all requests and their mean latency', () => {
    const { requests, latency, windows } = of(name);
    const all = [{ requests, latency }, ...windows].filter((each) => each.requests > 0);
    for (const { requests, latency } of all) {
      const { reads, writes } = latency;
      expect(reads.count + writes.count).toBe(requests);
      expect(latency.max).toBe(Math.max(reads.max, writes.max));
      const mean = (reads.mean * reads.count + writes.mean * writes.count) / requests;
      expect(Math.abs(mean - latency.mean)).toBeLessThanOrEqual(0.001);
    }
  });

  test('tells the completion of every kill that was executed', () => {
    const { kills } = of(name);
    expect(kills.completion.count).toBe(kills.all + kills.pe + kills.page);
    expect(kills.staleWindow.count).toBe(kills.completion.count);
  });

  test('tells each PE that froze, and the requests that were dropped for it', () => {
    const { freezes, dropped, noWindow, pes } = of(name);
    const frozen = new Map(freezes.list.map((freeze) => [`${freeze.phb} ${freeze.pe}`, freeze]));
    const told = sum(pes.map((pe) => pe.dropped.frozen));
    expect(told + noWindow.dropped.frozen).toBe(dropped.frozen);
    for (const { phb, pe, dropped } of pes) {
      if (dropped.frozen > 0) expect(frozen.get(`${phb} ${pe}`)).toBeDefined();
    }
  });

  test('sends every request and all that is written over the link', () => {
    const { link, scenario, requests, writtenBytes, readBytes } = of(name);
    const { requestOverheadBytes } = (scenario.set as UnitConfig).link;
    expect(link.upstream.bytes).toBe(requests * requestOverheadBytes + writtenBytes);
    expect(link.upstream.payloadBytes).toBeLessThanOrEqual(writtenBytes);
    expect(link.downstream.payloadBytes).toBeLessThanOrEqual(readBytes);
    for (const { share } of [link.upstream, link.downstream]) expect(share).toBeLessThanOrEqual(1);
  });

  test('holds the lookups for no longer than it lasts', () => {
    expect(of(name).kills.heldShare).toBeLessThanOrEqual(1);
  });

  test('has all requests in its windows but those to MSI addresses, which go to none', () => {
    const { windows, requests, msi, noWindow } = of(name);
    expect(sum(windows.map((window) => window.requests))).toBe(requests - noWindow.requests);
    expect(noWindow.msi).toBe(msi);
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
    expect(result.readBytes + result.writtenBytes).toBe(mixed.dmas * 1024);
    expect(result.kills.all).toBe(mixed.kills);
    expect([result.msi, result.faultsByKind['tvt-address']]).toEqual([mixed.msi, mixed.outside]);
    expect([result.dropped.frozen, result.freezes.count]).toEqual([0, 0]);
  });

  test('freezes each PE by its first fault, and drops what comes then', () => {
    const { freezes, dropped, faults } = of('frozen');
    expect(freezes.count).toBe(12);
    expect(freezes.list.every(({ pest0, untilNs }) => pest0 !== null && untilNs === null)).toBe(
      true,
    );
    expect(dropped.frozen).toBeGreaterThan(mixed.dmas / 2);
    expect(faults).toBeLessThan(mixed.outside + mixed.dmas / 10);
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

test('the sample has the rows that its README tells, and every real address agrees', async () => {
  const { rows, dmas, kills, agreed, differed, requests } = of('sample');
  expect([rows, dmas, kills.all + kills.pe + kills.page]).toEqual([59_336, 36_166, 17_361]);
  const pieces = ['--set', 'link.payloadBytes=4096', '--set', 'link.readRequestBytes=4096'];
  const whole = await runJson('--trace', sample('p9-nvme-e1000e.arrow'), ...pieces);
  expect([agreed, differed]).toEqual([whole.requests, 0]);
  expect(requests).toBeGreaterThan(whole.requests);
});
