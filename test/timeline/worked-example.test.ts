/** docs/examples/timeline.yaml, cycle by cycle: what docs/timelines.md says one sees. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { succeed, workFolder } from '../cli/command.ts';
import {
  countsOf,
  expectRules,
  readTrace,
  type Slice,
  slicesOf,
  type TraceFile,
} from './events.ts';

const path = workFolder();
let file: TraceFile;
let slices: readonly Slice[];

beforeAll(async () => {
  await succeed('run', 'docs/examples/timeline.yaml', '--timeline', path('t.json'));
  await succeed('run', 'docs/examples/timeline.yaml', '--timeline', path('t.kanata'));
  file = readTrace(path('t.json'));
  slices = slicesOf(file);
});

/** Name, first cycle and cycles of the slices of a track. */
const onTrack = (track: string) =>
  slices
    .filter((slice) => slice.track === track)
    .map(({ name, cycle, cycles }) => [name, cycle, cycles]);

/** The same of a request's own parts. */
function partsOf(request: number): (string | number)[][] {
  const whole = slices.find(
    ({ cat, args }) => cat === 'request' && args.request === request,
  ) as Slice;
  return slices
    .filter(({ track, cat, cycle }) => {
      return (
        track === whole.track &&
        cat === 'part' &&
        cycle >= whole.cycle &&
        cycle < whole.cycle + whole.cycles
      );
    })
    .map(({ name, cycle, cycles }) => [name, cycle, cycles]);
}

describe('in the timeline of the worked example', () => {
  test('the cold miss reads its RTE and two levels, each 100 cycles of memory and 4 of response', () => {
    // 24 bytes on the link: 0.38 cycles. RTE 2 + 100, TVE 2, lookup 4; data 150 later, 84 bytes in 1.33 cycles.
    expect(partsOf(0)).toEqual([
      ['link', 0, 1],
      ['rte', 1, 102],
      ['tve', 103, 2],
      ['lookup', 105, 4],
      ['walk', 109, 208],
      ['dma', 317, 150],
      ['completion', 467, 2],
    ]);
  });

  test('the second request waits for the RTE read of the first, and then for its walk', () => {
    expect(partsOf(1)).toEqual([
      ['link', 10, 1],
      ['admission', 11, 91],
      ['rte', 102, 2],
      ['tve', 104, 2],
      ['lookup', 106, 4],
      ['mergeWait', 110, 207],
      ['dma', 317, 150],
      ['completion', 467, 3],
    ]);
  });

  test('the third waits for the only tag, holds the lookup stage meanwhile, and its write takes no more time', () => {
    expect(partsOf(2).slice(-2)).toEqual([
      ['tagWait', 111, 206],
      ['walk', 317, 208],
    ]);
    expect(onTrack('lookup stage')).toEqual([
      ['miss', 109, 1],
      ['merged', 110, 1],
      ['miss', 111, 207],
      ['hit', 1509, 1],
      ['kill', 2008, 9],
      ['miss', 2059, 1],
    ]);
  });

  test('the walker reads one level behind the other, three times', () => {
    const [one, zero] = [104, 104];
    const walk = (from: number) => [
      ['walk', from, one + zero],
      ['level 1', from, one],
      ['level 0', from + one, zero],
    ];
    expect(onTrack('walker 0')).toEqual([...walk(109), ...walk(317), ...walk(2059)]);
    expect(onTrack('tag 0').map(([, cycle]) => cycle)).toEqual([109, 317, 2059]);
  });

  test('the kill queues for 8 cycles, holds the lookup stage for 8, and drops the page', () => {
    expect(onTrack('kill queue 0')).toEqual([
      ['kill page 0x0 of PE 1', 2000, 16],
      ['queue', 2000, 8],
      ['hold', 2008, 8],
    ]);
    expect(slices.find(({ cat }) => cat === 'kill')?.args.dropped).toBe(1);
    expect(partsOf(4)).toContainEqual(['walk', 2059, 208]);
  });

  test('the link has exact times', () => {
    const data = slices.filter(({ track }) => track === 'link downstream').map(({ args }) => args);
    expect(data.slice(0, 2)).toEqual([
      { request: 0, bytes: 84, from: '467', until: '468 1364/4096' },
      { request: 1, bytes: 84, from: '468 1364/4096', until: '469 2728/4096' },
    ]);
  });

  test('counters and arrows are those of five requests and a kill', () => {
    expectRules(file);
    expect(countsOf(file, 'requests under way')).toEqual([1, 2, 3, 2, 1, 0, 1, 0, 1, 0]);
    expect(countsOf(file, 'tags in use')).toEqual([1, 0, 1, 0]);
    expect(countsOf(file, 'kills queued')).toEqual([1, 0]);
    const arrows = file.events.filter(({ ph }) => ph === 's').map(({ name }) => name);
    expect(arrows).toEqual(['walk', 'mergeWait', 'walk', 'walk']);
  });
});

test('docs/timelines.md has these cycles', () => {
  const page = readFileSync('docs/timelines.md', 'utf8');
  for (const { name, args } of slices.filter(({ cat }) => cat === 'request')) {
    const parts = partsOf(args.request as number).map(([part, cycle, cycles]) => {
      return `${part} ${cycle} +${cycles}`;
    });
    expect(page).toContain(`| ${args.request}, ${name} | ${parts.join(', ')} |`);
  }
});

test('Konata gets the same cycles, the reads in lane 1, and the arrow of the merged request', () => {
  const text = readFileSync(path('t.kanata'), 'utf8');
  const lines = text.split('\n');
  expect(lines.slice(0, 6)).toEqual([
    'Kanata\t0004',
    'C=\t0',
    'I\t0\t0\t0',
    'L\t0\t0\t0: read 64 0x0 miss',
    'L\t0\t1\tPHB 0, 01:00.0, PE 1, 469 cycles, real address 0x0',
    'S\t0\t0\tlink',
  ]);
  expect(lines.filter((line) => line.startsWith('W'))).toEqual(['W\t1\t0\t0']);
  let cycle = 0;
  const reads: unknown[] = [];
  for (const [name, ...fields] of lines.map((line) => line.split('\t'))) {
    if (name === 'C') cycle += Number(fields[0]);
    if (name === 'S' && fields[1] === '1') reads.push([Number(fields[0]), fields[2], cycle]);
  }
  expect(reads).toEqual([
    [0, 'level1', 109],
    [0, 'level0', 213],
    [2, 'level1', 317],
    [2, 'level0', 421],
    [5, 'level1', 2059],
    [5, 'level0', 2163],
  ]);
});
