/** `run --timeline FILE.json`: valid trace events that say the same as the result and the request log. */
import { readFileSync } from 'node:fs';
import { type Table, tableFromIPC } from 'apache-arrow';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../sim/results/result-schema.ts';
import { PARTS } from '../../sim/unit/books/parts.ts';
import { sample, workFolder } from '../cli/command.ts';
import { mixedTrace, runJson, writeCsv } from '../results/run.ts';
import {
  countsOf,
  expectRules,
  readTrace,
  type Slice,
  slicesOf,
  type TraceFile,
} from './events.ts';

const path = workFolder();
const NS_PER_CYCLE = 2;

interface Drawn {
  readonly result: Result;
  readonly file: TraceFile;
  readonly slices: readonly Slice[];
  readonly log: Table;
}

const runs = new Map<string, Drawn>();
const of = (name: string) => runs.get(name) as Drawn;

async function draw(name: string, ...args: string[]): Promise<void> {
  const place = path(`${name}.json`);
  const log = path(`${name}.arrow`);
  const outputs = ['--timeline', place, '--timeline-limit', '1000000', '--requests', log];
  const result = await runJson(...args, ...outputs);
  const file = readTrace(place);
  const table = tableFromIPC(readFileSync(log));
  runs.set(name, { result, file, slices: slicesOf(file), log: table });
}

beforeAll(async () => {
  const trace = writeCsv(path('mixed.csv'), mixedTrace().rows);
  const mixed = ['--trace', trace, '--window', '64K:1G', '--map', 'touched'];
  const goesOn = ['--set', 'fault.freezesPe=false'];
  const tight = [
    ...[...goesOn, '--pace', 'interval:2', '--firmware', 'pre2021'],
    ...['--set', 'tags.count=2', '--set', 'walkers.count=1', '--set', 'dma.readEngines=2'],
    ...['--set', 'credits.nonPostedHeaders=4', '--set', 'credits.postedHeaders=3'],
    ...['--set', 'tceCache.entries=4', '--set', 'link.gbps=100'],
    ...['--set', 'kill.queueDepth=1', '--set', 'kill.sync=all'],
  ];
  await draw('frozen', ...mixed);
  await draw('tight', ...mixed, ...tight);
  const levels = ['--window', '4K:16M:levels=3', '--set', 'walkCache.level1=2'];
  const rest = ['--set', 'tceCache.granule=line', '--set', 'tags.merge=line'];
  await draw('levels', '--trace', trace, ...levels, '--map', 'touched', ...goesOn, ...rest);
  await draw('free', ...mixed, ...goesOn, '--set', 'link.generation=0', '--pace', 'closed:16');
  await draw('sample', '--trace', sample('p9-vfio.jsonl'));
});

const names = ['frozen', 'tight', 'levels', 'free', 'sample'];
const sum = (slices: readonly Slice[]) => slices.reduce((total, { cycles }) => total + cycles, 0);

describe.each(names)('the timeline of run %s', (name) => {
  test('keeps the rules of the format', () => {
    expectRules(of(name).file);
    expect(of(name).file.facts).toMatchObject({ cutAtCycle: null, share: 1, complete: true });
  });

  test('has a slice for each request, with its outcome, arrival and latency', () => {
    const { slices, log } = of(name);
    const requests = slices.filter(({ cat }) => cat === 'request');
    const said = requests.map(({ name: what, cycle, cycles, args }) =>
      [what, args.address, cycle, cycles].join(),
    );
    const logged = log.toArray().map((row) => {
      const { outcome, op, address, arrive_cycle: arrive, latency_cycles: latency } = row;
      return [`${outcome} ${op}`, `0x${address.toString(16)}`, arrive, latency].join();
    });
    expect(said.sort()).toEqual(logged.sort());
  });

  test('has parts that add up to those of the log', () => {
    const { slices, log } = of(name);
    for (const part of PARTS) {
      const column = `${part.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_cycles`;
      const logged = Array.from(log.getChild(column)?.toArray() as Uint32Array).reduce(
        (total, cycles) => total + cycles,
        0,
      );
      const drawn = slices.filter(({ cat, name: what, track }) => {
        return cat === 'part' && what === part && track.startsWith('request');
      });
      expect([part, sum(drawn)]).toEqual([part, logged]);
    }
  });

  test('has as many walks, and reads of each level, as the result counts', () => {
    const { result, slices, file } = of(name);
    const reads = slices.filter(({ cat }) => cat === 'read');
    result.walkReads.forEach((count, level) => {
      const drawn = reads.filter(({ name: what }) => what === `level ${level}`);
      expect([level, drawn.length]).toEqual([level, count]);
    });
    const walks = slices.filter(({ name: what, cat }) => what === 'walk' && cat === 'unit');
    expect(walks.length).toBeGreaterThanOrEqual(result.misses);
    expect(slices.filter(({ name: what }) => what === 'fetch').length).toBe(walks.length);
    expect(sum(reads)).toBe(sum(walks));
    const arrows = file.events.filter(({ ph, name: what }) => ph === 's' && what === 'walk');
    expect(arrows.length).toBe(walks.length);
  });

  test('has an arrow for each request that waits for the fetch of another', () => {
    const { slices, file } = of(name);
    const waits = slices.filter(({ name: what }) => what === 'mergeWait');
    const arrows = file.events.filter(({ ph, name: what }) => ph === 's' && what === 'mergeWait');
    expect(arrows.length).toBe(waits.length);
  });

  test('has the kills, and how long they polled and held the lookup stage', () => {
    const { kills } = of(name).result;
    const { slices } = of(name);
    const drawn = slices.filter(({ cat }) => cat === 'kill');
    expect(drawn.length).toBe(kills.all + kills.pe + kills.page);
    const ofStep = (step: string) =>
      sum(slices.filter(({ name: what, track }) => what === step && track.startsWith('kill')));
    expect(ofStep('poll') * NS_PER_CYCLE).toBe(kills.pollNs);
    expect(ofStep('hold') * NS_PER_CYCLE).toBe(kills.heldNs);
    const dropped = drawn.reduce((total, { args }) => total + (args.dropped as number), 0);
    expect(dropped).toBe(kills.droppedEntries);
    const mean = drawn.length === 0 ? 0 : (sum(drawn) * NS_PER_CYCLE) / drawn.length;
    expect(kills.completion.mean).toBeCloseTo(mean, 2);
  });

  test('has the bytes that the link carried', () => {
    const { result, slices } = of(name);
    const bytes = (track: string) =>
      slices
        .filter((slice) => slice.track === `link ${track}`)
        .reduce((total, { args }) => total + (args.bytes as number), 0);
    if (name === 'free') expect(bytes('upstream') + bytes('downstream')).toBe(0);
    else {
      expect(bytes('upstream')).toBe(result.link.upstream.bytes);
      expect(bytes('downstream')).toBe(result.link.downstream.bytes);
    }
  });
});

test('the runs have every part, faults, drops, merges, polls and a link that waits', () => {
  const drawn = names.flatMap((name) => of(name).slices);
  const used = new Set(drawn.filter(({ cat }) => cat === 'part').map(({ name }) => name));
  expect([...used].sort()).toEqual([...PARTS, 'hold', 'poll', 'queue', 'sync', 'turn'].sort());
  const outcomes = new Set(drawn.filter(({ cat }) => cat === 'request').map(({ name }) => name));
  for (const outcome of ['frozen read', 'tvt-address write', 'msi write', 'line-hit read']) {
    expect([...outcomes]).toContain(outcome);
  }
});

test('counters tell how many tags, walkers, requests and kills there are, and come back to none', () => {
  const { file } = of('tight');
  for (const counter of ['tags in use', 'walkers in use', 'requests under way', 'kills queued']) {
    expect([counter, countsOf(file, counter).at(-1)]).toEqual([counter, 0]);
  }
  expect(Math.max(...countsOf(file, 'tags in use'))).toBe(2);
  expect(Math.max(...countsOf(file, 'walkers in use'))).toBe(1);
  expect(Math.max(...countsOf(file, 'kills queued'))).toBe(1);
  expect(Math.max(...countsOf(of('free').file, 'requests under way'))).toBe(16);
});

test('there are as many tracks as the unit has tags and walkers', () => {
  const tracks = new Set(of('tight').slices.map(({ track }) => track));
  expect([...tracks].filter((track) => /^(tag|walker)/.test(track)).sort()).toEqual([
    ...['tag 0', 'tag 1', 'walker 0'],
  ]);
});
