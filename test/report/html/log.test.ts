/** What a page says of a request log, against the result of the same run, which counts on its own. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { readLog } from '../../../sim/report/html/log-file.ts';
import type { LogPage } from '../../../sim/report/html/page-data.ts';
import type { Result } from '../../../sim/results/result-schema.ts';
import { sample, succeed, workFolder } from '../../cli/command.ts';

const path = workFolder();
const sums = (values: readonly (number | null)[]) =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

async function logged(name: string, ...args: string[]): Promise<{ result: Result; log: LogPage }> {
  const log = path(`${name}.arrow`);
  await succeed(
    'run',
    '--trace',
    sample('p9-nvme-e1000e.arrow'),
    '-o',
    path(name),
    '--requests',
    log,
    ...args,
  );
  const result = JSON.parse(readFileSync(path(`${name}/results.json`), 'utf8')) as Result;
  return { result, log: readLog(log, result) };
}

describe('a log of all requests', () => {
  let result: Result;
  let log: LogPage;

  beforeAll(async () => {
    ({ result, log } = await logged('all'));
  });

  test('has as many requests of each kind as the result, in the timeline and in the bins', () => {
    const counted = { hit: result.hits, merged: result.merged, miss: result.misses };
    for (const { kinds } of [log.timeline, log.spread]) {
      const told = kinds.map(({ kind, counts }) => [kind, sums(counts)]);
      expect(Object.fromEntries(told)).toEqual(counted);
    }
  });

  test('has a mean latency, over all steps of time, of the result', () => {
    const { kinds, mean } = log.timeline;
    const total = mean.reduce<number>((sum, ns, step) => {
      const requests = kinds.reduce((count, { counts }) => count + counts[step], 0);
      return sum + (ns ?? 0) * requests;
    }, 0);
    expect(total / result.requests).toBeCloseTo(result.latency.mean, 1);
    expect(Math.max(...log.timeline.max.map((ns) => ns ?? 0))).toBe(result.latency.max);
  });

  test('has as many requests under way as all latencies together ask for', () => {
    const { inFlight, stepNs } = log.timeline;
    const busyNs = sums(inFlight) * stepNs;
    expect(busyNs / (result.latency.mean * result.requests)).toBeCloseTo(1, 2);
    // Two PHBs, in a closed loop of 32 each.
    expect(Math.max(...inFlight)).toBeGreaterThan(8);
    expect(Math.max(...inFlight)).toBeLessThanOrEqual(64);
  });

  test.each([
    ['p50', 0.5],
    ['p90', 0.9],
    ['p99', 0.99],
    ['p999', 0.999],
  ] as const)('has curves that reach the %s of the result, and of each part', (name, share) => {
    for (const { part, points } of log.curves) {
      const figures = part === '' ? result.latency : result.latency.parts[part as 'walk'];
      const [ns] = points.find(([, reached]) => reached >= share) ?? [Number.NaN];
      // A curve of many values leaves some of them out.
      expect(ns / Math.max(figures[name], 1)).toBeCloseTo(figures[name] === 0 ? 0 : 1, 1);
    }
  });

  test('has the pages that trace info counts, and no more hits than accesses', async () => {
    const info = await succeed('trace', 'info', sample('p9-nvme-e1000e.arrow'), '--format', 'json');
    const counted = (JSON.parse(info) as { pages: { pageBytes: number; pages: number }[] }).pages;
    const pages = log.pages ?? [];
    expect(pages.map(({ pageBytes, pages: all }) => [pageBytes, all])).toEqual(
      counted.map(({ pageBytes, pages: all }) => [pageBytes, all]),
    );
    for (const { accesses, first, pages: all, distances } of pages) {
      expect(first).toBe(all);
      expect(accesses).toBeGreaterThanOrEqual(result.requests);
      expect(distances.at(-1)?.[1]).toBe(accesses - first);
    }
  });

  test('has as many kills over time as the result', () => {
    const { kills, stepNs } = log.timeline;
    const { all, pe, page } = result.kills;
    expect(all + pe + page).toBeGreaterThan(1000);
    expect(sums(kills?.counts ?? [])).toBeCloseTo(all + pe + page, 0);
    // On their way until they are retired, which is before they are complete.
    const busyNs = sums(kills?.onWay ?? []) * stepNs;
    const { mean, count } = result.kills.completion;
    expect(busyNs).toBeGreaterThan(0);
    expect(busyNs).toBeLessThanOrEqual(mean * count * 1.01);
  });

  test('has curves that rise to all requests', () => {
    for (const { points } of log.curves) {
      expect(points.map(([ns]) => ns)).toEqual(points.map(([ns]) => ns).sort((a, b) => a - b));
      expect(points.at(-1)?.[1]).toBe(1);
      expect(points.length).toBeLessThan(600);
    }
  });

  test('has devices that sent all requests, each in the PE of its window', () => {
    const requests = log.devices.map((device) => device.requests);
    expect(requests.toSorted()).toEqual(
      result.windows
        .map((window) => window.requests)
        .filter((count) => count > 0)
        .toSorted(),
    );
    for (const device of log.devices) {
      const window = result.windows.find((each) => each.requests === device.requests);
      expect(device.p99).toBe(window?.latency.p99);
      expect(device.max).toBe(window?.latency.max);
      expect(device.mean).toBeCloseTo(window?.latency.mean ?? 0, 2);
      expect(device.bytes).toBe((window?.readBytes ?? 0) + (window?.writtenBytes ?? 0));
    }
  });

  test('has a sample with the slowest request, each request once, its parts its latency', () => {
    const { rows, outcomes } = log.sample;
    expect(new Set(rows.map(({ phb, n }) => `${phb} ${n}`)).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThan(1500);
    expect(rows.length).toBeLessThan(2000);
    expect(Math.max(...rows.map(({ latency }) => latency)) * 2).toBe(result.latency.max);
    for (const { spent, latency } of rows) {
      expect(spent.reduce((sum, [, cycles]) => sum + cycles, 0)).toBe(latency);
    }
    const kinds = new Set(rows.map(({ outcome }) => outcomes[outcome]));
    expect([...kinds].toSorted()).toEqual(['hit', 'merged', 'miss']);
  });
});

test('a log of a share says so, and its sample is of all times', async () => {
  const { result, log } = await logged('share', '--requests-share', '0.05');
  expect(log.share).toBe(0.05);
  expect(log.rows / result.requests).toBeCloseTo(0.05, 2);
  const arrivals = log.sample.rows.map(({ arrive }) => arrive * 2);
  expect(Math.max(...arrivals)).toBeGreaterThan(0.9 * result.simulatedNs);
});

test('a log of another run is refused, and so is what is no log', async () => {
  const { result } = await logged('one', '--requests-share', '0.01');
  await logged('other', '--requests-share', '0.01', '--set', 'tags.count=2');
  const refusal = (file: string) => () => readLog(file, result);
  expect(refusal(path('other.arrow'))).toThrow('other.arrow: the request log of another run');
  expect(refusal(sample('p9-nvme-e1000e.arrow'))).toThrow('expected a request log');
  expect(refusal(path('one/results.json'))).toThrow('results.json: expected an Arrow file');
  expect(refusal(path('none.arrow'))).toThrow('none.arrow: no such file');
});
