/** Values, plans and points: what a study consists of before anything runs. */
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { axesOf } from '../../sim/study/axis.ts';
import { planDigest, planOf, planRecord, type WrittenPlan } from '../../sim/study/plan.ts';
import { checkedPlan } from '../../sim/study/plan-check.ts';
import { canonicalPath, planText, readPlan } from '../../sim/study/plan-file.ts';
import { pointNamed, pointsOf } from '../../sim/study/points.ts';
import { chosenOf, valuesOf } from '../../sim/study/ranges.ts';
import { parseShard, shardOf } from '../../sim/study/shard.ts';
import { workFolder } from '../cli/command.ts';

const file = workFolder();

function written(vary: Record<string, string>, more: Partial<WrittenPlan> = {}): WrittenPlan {
  return {
    vary: new Map(Object.entries(vary).map(([name, text]) => [name, [text]])),
    traces: {},
    hosts: {},
    place: (keys) => keys.join('.'),
    fileAt: (name) => name,
    ...more,
  };
}

function plan(vary: Record<string, string>, more: Partial<WrittenPlan> = {}) {
  return planOf(written({ trace: 'uniform', ...vary }, more), {});
}

function planIn(text: string) {
  writeFileSync(file('plan.yaml'), text);
  return planOf(readPlan(file('plan.yaml')), {});
}

describe('values', () => {
  test.each([
    ['count', '1..4', '1 2 3 4'],
    ['count', '2,1,2', '2 1'],
    ['count', '1,3..5', '1 3 4 5'],
    ['size', '2G..16G', '2G 4G 8G 16G'],
    ['size', '65536', '64K'],
    ['size', '2G..20G*4', '2G 8G'],
    ['size', '1G..4G+1G', '1G 2G 3G 4G'],
    ['setting', '64..1024*4', '64 256 1024'],
    ['setting', '0..20+10', '0 10 20'],
    ['setting', 'lru,random', 'lru random'],
    ['word', 'closed:8', 'closed:8'],
  ] as const)('of kind %s, %s is %s', (kind, text, values) => {
    expect(valuesOf(text, kind, 'x').join(' ')).toBe(values);
  });

  test.each([
    ['count', '3..1', "x: expected a rising range, got '3..1'"],
    ['count', '', "x: expected a value, got an empty one in ''"],
    ['count', '1,,2', "x: expected a value, got an empty one in '1,,2'"],
    ['count', '4K', "x: expected a whole number, got '4K'"],
    ['count', '1-3', "x: expected a value, got '1-3'; a range is 1..3"],
    ['size', '2G - 64G', "x: expected a value, got '2G - 64G'; a range is 2G..64G"],
    ['setting', '64-1024', "x: expected a value, got '64-1024'; a range is 64..1024"],
    ['size', '1..4*1', "x: expected a step that moves on, got '1..4*1'"],
    ['size', '0..4K', "x: expected a step that moves on, got '0..4K'"],
    ['count', '1..9999', "x: expected at most 1000 values, got more in '1..9999'"],
  ] as const)('of kind %s, %j is refused', (kind, text, message) => {
    expect(() => valuesOf(text, kind, 'x')).toThrow(message);
  });

  test('2G to 64T are the 16 powers of two', () => {
    const values = valuesOf('2G..64T', 'size', 'window');
    expect(values).toHaveLength(16);
    expect(values.at(-1)).toBe('64T');
  });
});

describe('a range among values that there are', () => {
  test.each([
    ['count', '1..3', '1 2 3 5', '1 2 3'],
    ['count', '2..9,1', '1 2 3 5', '2 3 5 1'],
    ['size', '4G..1T', '2G 64G 96G 1T 2T', '64G 96G 1T'],
    ['setting', '0..2', '0.5 1 lru 3', '0.5 1'],
    ['setting', '1K..4K', '512 1024 4K', '1024 4K'],
    ['count', '6..9', '1 2 3', '6..9'],
    ['size', '2G..8G*2', '2G 3G 8G', '2G 4G 8G'],
  ] as const)('of kind %s, %s of %s is %s', (kind, text, among, chosen) => {
    expect(chosenOf(text, kind, 'x', among.split(' ')).join(' ')).toBe(chosen);
  });
});

describe('axes', () => {
  test('stand in their own order, settings last by the alphabet, whoever wrote them how', () => {
    const names = (vary: Record<string, string>) => plan(vary).axes.map(({ name }) => name);
    const order = ['kernel', 'ram', 'host', 'page', 'window', 'levels', 'trace'];
    expect(names({ 'tags.count': '8', levels: '1', 'rteCache.entries': '64' })).toEqual([
      ...order,
      'rteCache.entries',
      'tags.count',
    ]);
  });

  test('that are unknown are named, with the nearest one', () => {
    expect(() => axesOf(new Map([['lewels', ['1']]]))).toThrow(
      "lewels: unknown key, did you mean 'levels'?",
    );
    expect(() => axesOf(new Map([['host.ram', ['1G']]]))).toThrow(
      "host.ram: a study varies that as 'ram'",
    );
  });
});

describe('points', () => {
  test('are all combinations, the last axis fastest, with names that say all values', () => {
    const points = pointsOf(plan({ levels: '1..2', page: '4K,64K' }));
    expect(points.map(({ values }) => `${values.page} ${values.levels}`)).toEqual([
      '4K 1',
      '4K 2',
      '64K 1',
      '64K 2',
    ]);
    expect(points[2].name).toBe(
      'kernel=6.12-64k ram=64G host=free page=64K window=64G levels=1 trace=uniform',
    );
    expect(points[2].seed).toBe(`tcesim/${points[2].name}`);
  });

  test('of all shards are the points of the plan, each once', () => {
    const points = pointsOf(plan({ levels: '1..5', page: '4K,64K,2M' }));
    for (const count of [1, 2, 7, 20]) {
      const parts = Array.from({ length: count }, (_, at) =>
        shardOf(points, parseShard(`${at + 1}/${count}`)),
      );
      const all = parts.flat().sort((one, other) => one.index - other.index);
      expect(all).toEqual(points);
    }
  });

  test('go by number, by name, or by as much of the name as tells them from others', () => {
    const points = pointsOf(plan({ levels: '1..2', page: '4K,64K' }));
    for (const text of ['3', points[2].name, 'levels=1  page=64K', ' page=64K levels=1 ram=64G']) {
      expect(pointNamed(points, text).index).toBe(2);
    }
  });

  test.each([
    ['5', 'no point 5: those of the plan are 1 to 4'],
    ['0', 'no point 0: those of the plan are 1 to 4'],
    ['levels', "no point 'levels': expected a number, 1 to 4, or values such as 'page=64K'"],
    ['level=2', "no axis 'level' of the points, did you mean 'levels'?"],
    ['levels=3', 'no point has levels=3; they have 1, 2'],
    ['levels=2', "2 points of the plan have levels=2; the first is 2: 'kernel=6.12-64k ram=64G "],
  ])('that are not there are told in a line: %s', (text, message) => {
    const points = pointsOf(plan({ levels: '1..2', page: '4K,64K' }));
    expect(() => pointNamed(points, text)).toThrow(message);
  });

  test('of many values are told the first ones', () => {
    const points = pointsOf(plan({ 'tags.count': '1..40' }));
    expect(() => pointNamed(points, 'tags.count=41')).toThrow(/ 15, 16 and 24 more$/);
  });

  test.each(['0/3', '4/3', '1', '1/0', 'a/b'])('of shard %s there are none', (text) => {
    expect(() => parseShard(text)).toThrow('--shard: expected I/N');
  });
});

describe('a plan', () => {
  test('with a value that no point can take is refused', () => {
    const check = (vary: Record<string, string>) =>
      checkedPlan(written({ trace: 'uniform', ...vary }));
    expect(() => check({ page: '4K,16M' })).toThrow('page: expected one that phb4 has');
    expect(() => check({ levels: '1..17' })).toThrow("got '17'");
    expect(() => check({ 'tceCache.ways': '4,5' })).toThrow('tceCache.ways: expected a divisor');
    expect(() => check({ kernel: '6.12-pseries' })).toThrow('expected a powernv kernel');
    // Three ways need another size, which another point has.
    check({ 'tceCache.ways': '3,4', 'tceCache.entries': '768,1024' });
    check({ page: '64K,16M', phb: 'phb3,phb4' });
  });

  test('has the digest of what it asks, not of how it was written', () => {
    const text = 'seed: a\nvary: {levels: [1, 2, 3], window: [2147483648, 4G], trace: uniform}\n';
    const flags = plan({ window: '2G,4G', levels: '1..3' }, { seed: 'a' });
    expect(planDigest(planIn(text))).toBe(planDigest(flags));
    expect(planDigest(planIn(text.replace('seed: a', 'seed: b')))).not.toBe(planDigest(flags));
  });

  test('printed as a file asks the same', () => {
    const shipped = planOf(readPlan(canonicalPath()), {});
    expect(planDigest(planIn(planText(shipped)))).toBe(planDigest(shipped));
    expect(pointsOf(shipped)).toHaveLength(2 * 2 * 4 * 16 * 5 * 3);
  });

  test('knows a file by its bytes, wherever it lies', () => {
    const text =
      'vary: {levels: 1, trace: uniform, host: mine}\nhosts: {mine: {buddyinfo: here}}\n';
    writeFileSync(file('here'), 'Node 0, zone Normal 1 2 3 4 5 6 7 8 9\n');
    const before = planIn(text);
    expect(JSON.stringify(planRecord(before))).not.toContain(file(''));
    writeFileSync(file('here'), 'Node 0, zone Normal 1 2 3 4 5 6 7 8 8\n');
    expect(planDigest(planIn(text))).not.toBe(planDigest(before));
  });

  test.each([
    ['varry: {levels: 1}', /plan\.yaml:1:1: varry: unknown key, did you mean 'vary'\?/],
    ['vary: {page: 4K}\nlevels: 1..3', /yaml:2:1: levels: unknown key; it goes under vary:$/],
    ['tags.count: 8\nvary: {page: 4K}', /yaml:1:1: tags\.count: unknown key; it goes under vary:$/],
    ['vary:\n  lewels: 1', /plan\.yaml:2:3: vary\.lewels: unknown key, did you mean 'levels'/],
    [
      'vary:\n  levels: 1\nrequests: -5',
      /plan\.yaml:3:1: requests: expected a whole number 1\.\..*, got '-5'$/,
    ],
    ['vary:\n  levels: []', /plan\.yaml:2:3: vary\.levels: expected a value, got an empty list/],
    ['vary:\n  levels: 3..1', /plan\.yaml:2:3: vary\.levels: expected a rising range/],
    ['vary:\n  kernel: 6.10', /vary\.kernel: expected a name in quotes/],
    ['vary: {trace: unifrom}', /vary\.trace: unknown trace 'unifrom', did you mean 'uniform'\?/],
    ['vary: {trace: zzz}', /known: sequential, (?:[^n]|n(?!vme))*nvme(?:[^n]|n(?!vme))*$/],
    ['vary: {trace: uniform, host: agd}', /vary\.host: unknown host 'agd', did you mean 'aged'\?/],
    [
      'vary: {trace: x}\ntraces:\n  x: {generator: uniform, set: {windo: 1G}}',
      /plan\.yaml:3:33: traces\.x\.set\.windo: unknown parameter, did you mean 'window'\?/,
    ],
    ['vary: {trace: x}\ntraces: {x: {map: all}}', /traces\.x: expected a generator or a file/],
    ['vary: {trace: x}\ntraces: {x: {file: gone}}', /gone: no such file/],
    [
      'vary: {trace: uniform, host: x}\nhosts: {x: {past: aged, set: {step: 3}}}',
      /set\.step: unknown parameter, did you mean 'steps'\?/,
    ],
    [
      'vary:\n  trace: uniform\nthresholds:\n  - p99 <= +5%\n  - p98 <= 4',
      /plan\.yaml:5:5: thresholds\.1: unknown metric 'p98', did you mean 'p90'\?/,
    ],
  ])('%j is refused', (text, message) => {
    expect(() => planIn(text)).toThrow(message);
  });

  // Each of these values has no point that can run.
  test.each([
    ['vary:\n  page: [4K, 3K]', /yaml:2:3: vary\.page: expected one that phb4 has, .*, got 3K$/],
    ['vary:\n  phb: phb44', /yaml:2:3: vary\.phb: unknown PHB 'phb44'; known: phb3, phb4,/],
    ['vary:\n  kernel: old', /yaml:2:3: vary\.kernel: expected VERSION.*got 'old'$/],
    ['vary:\n  levels: [1, 17]', /yaml:2:3: vary\.levels: expected .*, got '17'$/],
    ['vary:\n  pace: [trace, slow]', /yaml:2:3: vary\.pace: expected trace, .*got 'slow'$/],
    ['vary:\n  map: [all, some]', /yaml:2:3: vary\.map: expected one of none.*got 'some'$/],
    ['vary:\n  memlock: lots', /yaml:2:3: vary\.memlock: expected a size such as .*got 'lots'$/],
    [
      'vary:\n  tceCache.entries: 1000\n  tceCache.ways: 3',
      /yaml:3:3: vary\.tceCache\.ways: expected a divisor of 1000 \(tceCache\.entries\), got 3$/,
    ],
    [
      'vary: {trace: x}\ntraces:\n  x:\n    generator: ring\n    set: {length: long}',
      /yaml:5:11: traces\.x\.set\.length: expected a size such as .*got 'long'$/,
    ],
    [
      'vary: {trace: x}\ntraces:\n  x:\n    generator: ring\n    set: {window: $windw}',
      /yaml:5:11: traces\.x\.set\.window: '\$windw' names no axis .*did you mean 'window'\?$/,
    ],
    [
      'vary: {trace: x}\ntraces:\n  x:\n    generator: ring\n    map: some',
      /yaml:5:5: traces\.x\.map: expected one of none, touched, all, got 'some'$/,
    ],
  ])('%j is refused before anything runs', (text, message) => {
    writeFileSync(file('checked.yaml'), text);
    expect(() => checkedPlan(readPlan(file('checked.yaml')))).toThrow(message);
  });
});
