/** `tcesim compare`: what moved between two results, thresholds that hold and that do not, and what is refused. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PointRecord, StudyResults } from '../../sim/study/study-schema.ts';
import { type Ended, sample, succeed, tcesim, workFolder } from '../cli/command.ts';

const path = workFolder();

/** Six points, of which 4K with one level and 64K with three have no window. */
const PLAN = ['--levels', '1..3', '--window', '64G', '--page', '4K,64K', '--requests', '300'];

function change(name: string, edit: (study: StudyResults) => void): string {
  const study = JSON.parse(readFileSync(path('base/results.json'), 'utf8')) as StudyResults;
  edit(study);
  const directory = path(name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'results.json'), JSON.stringify(study));
  return directory;
}

function pointOf(study: StudyResults, page: string, levels: number): PointRecord {
  const found = study.points.find(
    ({ values }) => values.page === page && values.levels === String(levels),
  );
  if (!found) throw new Error('no such point');
  return found;
}

function replayOf(study: StudyResults, page: string, levels: number) {
  const { replay } = pointOf(study, page, levels);
  if (!replay) throw new Error('no replay');
  return replay;
}

const compare = (...args: string[]) => tcesim('compare', path('base'), ...args);
const json = async (...args: string[]) =>
  JSON.parse((await compare(...args, '--format', 'json')).stdout);

/** The marks of the thresholds of a table, by their texts. */
function marks({ stdout }: Ended): Record<string, string> {
  const lines = stdout.matchAll(/^ {2}([✓✗]) {2}(\S.*?) {2,}\d+ +\d+$/gm);
  return Object.fromEntries([...lines].map(([, mark, text]) => [text, mark]));
}

beforeAll(async () => {
  await succeed('sweep', ...PLAN, '-o', path('base'));
  change('slower', (study) => {
    const replay = replayOf(study, '64K', 2);
    // 5 % and not more; 0.000001 and not less.
    replay.latency.p99 = replay.latency.p99 * 1.05;
    replay.hitRate += 0.000001;
  });
});

describe('without thresholds', () => {
  test('the same results are one line with the counts, and code 0', async () => {
    const { code, stdout } = await compare(path('base'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S+, \S+: ✓ unchanged: 6 points, \d+ figures\n$/);
  });

  test('the smallest change of one figure is found, and code 4', async () => {
    const moved = change('tiny', (study) => {
      replayOf(study, '64K', 2).hitRate += 0.000001;
    });
    const { code, stdout } = await compare(moved);
    expect(code).toBe(4);
    expect(stdout).toMatch(/hitRate +\S+ +\S+ +\S+ +page=64K levels=2/);
    expect(stdout).toMatch(/✗ 1 difference at 1 point, 6 points compared\./);
  });

  test('each kind of change has its place: a figure, an answer, a point', async () => {
    const other = change('other', (study) => {
      const lost = pointOf(study, '4K', 2);
      Object.assign(lost.window ?? {}, { created: false, errno: 'ENOMEM', orderWanted: 12 });
      lost.replay = null;
      replayOf(study, '64K', 1).misses += 1;
      study.points = study.points.filter((each) => each !== pointOf(study, '4K', 3));
    });
    const { moved, holds } = await json(other);
    expect(holds).toBe(false);
    expect(moved).toMatchObject([
      { metric: 'answer', base: 'created', new: 'ENOMEM order 12' },
      { metric: 'misses', unit: 'requests', change: 1 },
      { metric: 'point', base: 'there', new: 'missing' },
    ]);
    expect(moved[0].point).toMatch(/page=4K window=64G levels=2/);
    expect(moved[2].point).toMatch(/page=4K window=64G levels=3/);
  });

  test('a point that only the new side has is a difference', async () => {
    await succeed('sweep', ...PLAN, '--levels', '1..4', '-o', path('wider'));
    const { moved } = await json(path('wider'));
    expect(moved).toMatchObject([
      { metric: 'point', base: 'missing', new: 'there' },
      { metric: 'point', base: 'missing', new: 'there' },
    ]);
  });

  test('another wording of a reason is no difference, another order is one', async () => {
    const words = change('words', (study) => {
      Object.assign(pointOf(study, '4K', 1).window ?? {}, { reason: 'in other words' });
    });
    expect((await compare(words)).code).toBe(0);
    const order = change('order', (study) => {
      Object.assign(pointOf(study, '4K', 1).window ?? {}, { orderWanted: 10 });
    });
    const { moved } = await json(order);
    expect(moved).toMatchObject([{ metric: 'orderWanted', base: 11, new: 10, change: -1 }]);
  });
});

describe('points', () => {
  test('of two settings that each study has for all its points are compared, and the settings told', async () => {
    await succeed('sweep', ...PLAN, '--set', 'memory.cachedReadNs=400', '-o', path('memory'));
    const { code, stdout } = await compare(path('memory'));
    expect(code).toBe(4);
    expect(stdout).toMatch(
      /Asked otherwise\n.*\n +vary\.memory\.cachedReadNs +- +400\n {2}-: this side does not say it/,
    );
    expect(stdout).toMatch(/p99 ns +3 +\+\d+\.\d % +\+\d+\.\d % +page=64K levels=2/);
    expect(stdout).not.toMatch(/missing/);
  });

  test('of which much moved: a line for each figure, then the largest changes alone', async () => {
    const factors = [1.5, 0.25, 1.125];
    const many = change('many', (study) => {
      const replayed = study.points.flatMap(({ replay }) => replay ?? []);
      for (const [at, replay] of replayed.entries()) {
        for (const key of ['p50', 'p90', 'p99', 'p999', 'max'] as const) {
          replay.latency[key] *= factors[at % factors.length];
        }
      }
    });
    const { stdout } = await compare(many);
    // Four points have a replay: +50 %, -75 %, +12.5 %, +50 %; of four, the lower of the middle two.
    expect(stdout).toMatch(
      /What moved\n +metric +points +median +largest +at\n +p50 ns +4 +\+12\.5 % +-75\.0 % +page=4K levels=3/,
    );
    const [, table] = stdout.split('The 12 largest changes\n');
    const changes = [...table.matchAll(/ ([+-]\d+\.\d) % /g)].map(([, percent]) => percent);
    expect(changes).toEqual([...Array(5).fill('-75.0'), ...Array(7).fill('+50.0')]);
    expect(table).toContain('And 8 more: --format csv and json have all.');
    const csv = await compare(many, '--format', 'csv');
    expect(csv.stdout.trimEnd().split('\n')).toHaveLength(1 + 20);
  });
});

describe('a threshold', () => {
  test.each([
    ['p99 <= +5%', 0],
    ['p99 < +5%', 4],
    ['p99 <= +4.9%', 4],
    ['hitRate <= +0.000001', 0],
    ['hitRate = +0', 4],
    ['missRate = +0', 0],
    ['bandwidth >= -0%', 0],
    ['created = true where page=64K levels=1,2', 0],
    ['created = true where page=64K', 4],
    // Ranges choose among the points: there is no page of 32K, and 4K lies outside.
    ['created = true where page=16K..1M levels=1..2', 0],
    ['created = true where page=2K..1M levels=1..2', 4],
    ['errno = ENOMEM where page=4K levels=1', 0],
    ['window.tableBytes <= 64K where page=4K levels=3', 4],
    ['window.tableBytes <= 16M where levels=1..2', 0],
    ['requests >= 300', 0],
    ['requests > 300', 4],
    ['latency.p99 <= 1.5us where page=64K', 0],
    ['latency.p99 <= 1.5ns where page=64K', 4],
    ['hitRate <= 5%', 0],
  ])('%s: code %i', async (threshold, code) => {
    expect((await compare(path('slower'), '--threshold', threshold)).code).toBe(code);
  });

  test('names the points that break it, and its neighbours hold', async () => {
    const ended = await compare(
      ...[path('slower'), '--threshold', 'p99 <= +1%', '--threshold', 'faults = 0'],
    );
    expect(marks(ended)).toEqual({ 'no point is lost': '✓', 'p99 <= +1%': '✗', 'faults = 0': '✓' });
    expect(ended.stdout).toMatch(
      /Broken: p99 <= \+1%\n.*\n +\S+ +\S+ +\+5\.0 % +page=64K levels=2\n\n/,
    );
    expect(ended.stdout).toMatch(/✗ thresholds: 1 of 3 broken; 2 differences at 1 point/);
  });

  test('lets other figures move', async () => {
    const { code, stdout } = await compare(path('slower'), '--threshold', 'faults = 0');
    expect(code).toBe(0);
    expect(stdout).toMatch(/✓ thresholds: all hold; 2 differences at 1 point/);
  });

  test.each([
    'p99 <= +5% where levels=1 page=4K',
    'errno = EINVAL where page=4K levels=2',
  ])('that has nothing to judge does not hold: %s', async (threshold) => {
    const { code, stdout } = await compare(path('base'), '--threshold', threshold);
    expect(code).toBe(4);
    expect(stdout).toMatch(/ 0 +0\n {2}One that judges nothing does not hold\./);
  });

  test('goes with one that no point is lost: without a window, failed, or missing', async () => {
    const lost = change('lost', (study) => {
      Object.assign(pointOf(study, '4K', 2), { replay: null, failed: 'too long' });
      const other = pointOf(study, '64K', 2);
      Object.assign(other.window ?? {}, { created: false, errno: 'ENOMEM', orderWanted: 12 });
      other.replay = null;
      study.points = study.points.filter((each) => each !== pointOf(study, '4K', 3));
    });
    const ended = await compare(lost, '--threshold', 'p99 <= +5%');
    expect(ended.code).toBe(4);
    expect(marks(ended)).toEqual({ 'no point is lost': '✗', 'p99 <= +5%': '✓' });
    expect(ended.stdout).toMatch(/created +failed: too long +page=4K levels=2/);
    expect(ended.stdout).toMatch(/created +ENOMEM order 12 +page=64K levels=2/);
    expect(ended.stdout).toMatch(/created +missing +page=4K levels=3/);
  });

  test('of the base is no reason to judge, that of the new plan is', async () => {
    const withPlan = (limit: string) => (study: StudyResults) => {
      study.plan.thresholds = [limit];
    };
    const strict = change('strict', withPlan('p99 <= 1ns'));
    expect((await tcesim('compare', strict, path('base'))).code).toBe(0);
    const { code, stdout } = await compare(strict);
    expect(code).toBe(4);
    expect(stdout).toMatch(/The base's plan has other thresholds/);
  });
});

describe("a plan's thresholds", () => {
  const plan = (thresholds: string) => {
    writeFileSync(
      path('plan.yaml'),
      `requests: 300\nvary: {levels: 1..2, page: 64K}\nthresholds:\n${thresholds}`,
    );
    return path('plan.yaml');
  };

  test('go into the results, decide about no point, and may change on --resume', async () => {
    await succeed('sweep', plan('  - p99 <= +5%\n'), '-o', path('planned'));
    const planned = () => JSON.parse(readFileSync(path('planned/results.json'), 'utf8'));
    const before = planned();
    const list =
      '  - p99 <= +2%\n  - {threshold: hitRate >= 0.001, where: {levels: [1, 2], page: 64K}}\n';
    await succeed('sweep', plan(list), '--resume', '-o', path('planned'));
    expect(planned().plan.thresholds).toEqual([
      'p99 <= +2%',
      'hitRate >= 0.001 where levels=1,2 page=64K',
    ]);
    expect(planned().planDigest).toBe(before.planDigest);
    expect(planned().points).toEqual(before.points);
    const ended = await tcesim('compare', path('planned'), path('planned'));
    expect(Object.keys(marks(ended))).toHaveLength(3);
  });

  test('that differ between shards are told by merge', async () => {
    await succeed('sweep', plan('  - p99 <= +5%\n'), '--shard', '1/2', '-o', path('one'));
    await succeed('sweep', plan('  - p99 <= +6%\n'), '--shard', '2/2', '-o', path('two'));
    const { code, stderr } = await tcesim('merge', path('one'), path('two'), '-o', path('merged'));
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/one and \S+two: plans with other thr/),
    ]);
  });

  test('stand in what --plan prints, and read back', async () => {
    const text = await succeed('sweep', plan('  - p99 <= +5%\n'), '--plan');
    expect(text).toMatch(/thresholds: \[p99 <= \+5%\]|thresholds:\n +- p99 <= \+5%/);
    writeFileSync(path('printed.yaml'), text);
    expect(await succeed('sweep', path('printed.yaml'), '--plan')).toBe(text);
  });

  test.each([
    [
      '  - hitRat <= 1\n',
      "plan.yaml:4:5: thresholds.0: unknown metric 'hitRat', did you mean 'hitRate'?",
    ],
    ['  - p99 of 900\n', "expected a threshold such as 'p99 <= 900ns' or 'p99 <= +5%', got"],
    ['  - p99 <= 9 where levels=3\n', 'no point has levels=3; they have 1, 2'],
    ['  - p99 <= 9 where levels=3..4\n', 'no point has levels=3..4; they have 1, 2'],
    ['  - p99 <= 9 where level=3\n', "no axis 'level' of the points, did you mean 'levels'?"],
    ['  - [p99]\n', "expected 'p99 <= 900ns', or { threshold: 'p99 <= +5%', where"],
  ])('are refused before anything runs: %j', async (thresholds, message) => {
    const { code, stderr } = await tcesim('sweep', plan(thresholds), '-o', path('none'));
    expect([code, stderr]).toEqual([3, expect.stringContaining(message)]);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('about values that a flag took away are left out, the others stay', async () => {
    const file = plan(
      '  - p99 <= 9us where levels=1,2\n  - p99 <= 8us where levels=1\n' +
        '  - p99 <= 7us where levels=1..2\n  - {threshold: p99 <= 6us, where: {levels: 2..3}}\n',
    );
    await succeed('sweep', file, '--levels', '1', '-o', path('narrow'));
    const ended = await tcesim('compare', path('narrow'), path('narrow'));
    expect(marks(ended)).toEqual({
      'no point is lost': '✓',
      'p99 <= 8us where levels=1': '✓',
      'p99 <= 7us where levels=1..2': '✓',
    });
  });
});

describe('runs', () => {
  const run = (name: string, ...args: string[]) =>
    succeed('run', '--trace', sample('p9-nvme-e1000e.arrow'), ...args, '-o', path(name));

  beforeAll(async () => {
    await run('run');
    await run('again', '--threads', '1');
    await run('small', '--set', 'tceCache.entries=8');
  });

  test('are the same whatever the machine did', async () => {
    const { code, stdout } = await tcesim('compare', path('run/results.json'), path('again'));
    expect([code, stdout]).toEqual([0, expect.stringMatching(/✓ unchanged: 1 run, \d{3} figures/)]);
  });

  test('have the names of a study, and every key of their own results', async () => {
    const limits = [
      'hitRate >= -0.1%',
      'p99 <= +50%',
      'latency.reads.p99 <= +50%',
      'windows.1.hits > 0',
    ];
    const ended = await tcesim(
      ...['compare', path('run'), path('small')],
      ...limits.flatMap((limit) => ['--threshold', limit]),
    );
    expect(ended.code).toBe(4);
    expect(marks(ended)['hitRate >= -0.1%']).toBe('✗');
    expect(marks(ended)['windows.1.hits > 0']).toBe('✓');
    expect(ended.stdout).toMatch(/set\.tceCache\.entries +1,024 +8/);
    expect(ended.stdout).toMatch(/^ {2}windows\.0\.misses +[\d,]+ +[\d,]+ +\+/m);
  });

  test('that were stopped are lost', async () => {
    cpSync(path('run'), path('stopped'), { recursive: true });
    const text = readFileSync(path('run/results.json'), 'utf8');
    writeFileSync(
      path('stopped/results.json'),
      text.replace('"isComplete": true', '"isComplete": false'),
    );
    const ended = await tcesim(
      'compare',
      path('run'),
      path('stopped'),
      '--threshold',
      'faults = 0',
    );
    expect(ended.code).toBe(4);
    expect(ended.stdout).toMatch(/complete +stopped before the trace ended/);
  });

  test('are not compared with studies', async () => {
    const { code, stderr } = await compare(path('run'));
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/expected two of a kind, got results of a study and of a run\n$/),
    ]);
  });
});

describe('forms', () => {
  test('CSV has a line for each move, and its head alone without', async () => {
    const { stdout } = await compare(path('slower'), '--format', 'csv');
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe('point,metric,unit,base,new,change,percent');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/^kernel=6.12-64k .*,p99,ns,\S+,5$/);
    expect((await compare(path('base'), '--format', 'csv')).stdout).toBe(`${lines[0]}\n`);
  });

  test('JSON says what is broken where', async () => {
    const document = await json(path('slower'), '--threshold', 'p99 <= +1%');
    expect(document).toMatchObject({
      schema: 'tcesim.comparison/1',
      compared: { points: 6 },
      thresholds: [
        { threshold: 'no point is lost', holds: true, judged: 6, broken: [] },
        { threshold: 'p99 <= +1%', holds: false, judged: 4 },
      ],
      holds: false,
    });
    expect(document.thresholds[1].broken).toHaveLength(1);
  });

  test('Markdown is a page with tables', async () => {
    const { code, stdout } = await compare(path('slower'), '--format', 'markdown');
    expect(code).toBe(4);
    expect(stdout).toMatch(/^# tcesim compare: study\n/);
    expect(stdout).toMatch(/^\| metric \| base \| new \| change \| point \|$/m);
  });
});

describe('what cannot be compared is one line', () => {
  const damaged = (name: string, text: string) => {
    writeFileSync(path(name), text);
    return path(name);
  };

  test.each<[string, () => string[], number, string]>([
    ['nothing', () => [], 2, "missing required argument 'new'"],
    ['an unknown form', () => [path('base'), '--format', 'xml'], 2, "'xml' is invalid"],
    ['no such file', () => [path('nowhere')], 3, 'nowhere: no such file'],
    [
      'a directory of something else',
      () => [path('.')],
      3,
      'expected a directory with results.json',
    ],
    ['a part of a study', () => [path('half')], 3, 'half: has no results.json yet'],
    [
      'half a file',
      () => [damaged('half.json', '{"schema": "tces')],
      3,
      'expected results as JSON',
    ],
    [
      'another JSON',
      () => [damaged('x.json', '[1]')],
      3,
      'or a run (tcesim.result/2), got something',
    ],
    ['null', () => [damaged('null.json', 'null')], 3, 'got something else'],
    [
      'a later format',
      () => [damaged('l.json', '{"schema":"tcesim.study/9"}')],
      3,
      'tcesim.study/9',
    ],
    [
      'a damaged one',
      () => [damaged('d.json', '{"schema":"tcesim.study/1"}')],
      3,
      'd.json: version:',
    ],
    [
      'a plan of something else',
      () => [change('strange', (study) => Object.assign(study.plan, { thresholds: 'p99' }))],
      3,
      'results.json: plan: thresholds: ',
    ],
    [
      'a word of the language',
      () => [path('base'), '--threshold', 'constructor <= 1'],
      3,
      'unknown',
    ],
    [
      'a metric that is not there',
      () => [path('base'), '--threshold', 'hitrat<=1'],
      3,
      "mean 'hitRate'?",
    ],
    [
      'a metric of two',
      () => [path('base'), '--threshold', 'tableBytes<=1'],
      3,
      'window.tableBytes or',
    ],
    [
      'a number of nothing',
      () => [path('base'), '--threshold', 'p99 <= much'],
      3,
      'expected a time',
    ],
    ['a wrong unit', () => [path('base'), '--threshold', 'p99 <= 9K'], 3, "got '9K'"],
    ['per cent of nothing', () => [path('base'), '--threshold', 'p99 <= 5%'], 3, 'expected a sign'],
    [
      'words in order',
      () => [path('base'), '--threshold', 'errno <= EINVAL'],
      3,
      'only = compares it',
    ],
    ['a strange axis', () => [path('base'), '--threshold', 'p99<=1 where p=1'], 3, "no axis 'p'"],
    ['an empty value', () => [path('base'), '--threshold', 'p99<=1 where page='], 3, 'empty'],
  ])('%s', async (_, args, code, message) => {
    if (args().includes(path('half'))) {
      await succeed('sweep', ...PLAN, '--shard', '1/2', '-o', path('half'));
    }
    const ended = await compare(...args());
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).toContain(message);
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
