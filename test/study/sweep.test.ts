/** `tcesim sweep` and `tcesim merge`: the same bytes, whoever runs the points, where, and how often stopped. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PointRecord, StudyResults } from '../../sim/study/study-schema.ts';
import { studySchema } from '../../sim/study/study-schema.ts';
import { start, succeed, tcesim, workFolder } from '../cli/command.ts';

const path = workFolder();

/** 18 points: three levels of three windows in two page sizes. */
const PLAN = ['--levels', '1..3', '--window', '2G,64G,1T', '--page', '4K,64K', '--requests', '300'];
const SEEDED = [...PLAN, '--seed', 's'];

function bytes(directory: string): string {
  return readFileSync(join(path(directory), 'results.json'), 'utf8');
}

function results(directory: string): StudyResults {
  return JSON.parse(bytes(directory));
}

function pointOf(study: StudyResults, values: Record<string, string>): PointRecord {
  const found = study.points.filter((point) =>
    Object.entries(values).every(([axis, value]) => point.values[axis] === value),
  );
  expect(found).toHaveLength(1);
  return found[0];
}

beforeAll(async () => {
  await succeed('sweep', ...SEEDED, '--threads', '1', '-o', path('whole'));
});

describe('the results', () => {
  test('follow their schema and have the points in the order of the plan', () => {
    const study = studySchema.parse(results('whole'));
    const { page, window, levels } = study.points[4].values;
    expect(study.points).toHaveLength(18);
    expect([page, window, levels]).toEqual(['4K', '64G', '2']);
  });

  test('are the same bytes on two threads as on one', async () => {
    await succeed('sweep', ...SEEDED, '--threads', '2', '-o', path('two'));
    expect(bytes('two')).toBe(bytes('whole'));
  });

  test('are others with another seed', async () => {
    await succeed('sweep', ...PLAN, '--seed', 't', '-o', path('other'));
    expect(bytes('other')).not.toBe(bytes('whole'));
  });

  test('have a cold miss cost as many reads as there are levels, not one more', () => {
    const replayed = results('whole').points.filter(({ replay }) => replay !== null);
    expect(replayed.length).toBeGreaterThan(8);
    for (const { values, replay } of replayed) {
      expect(replay?.readsPerMiss).toBe(Number(values.levels));
    }
  });

  test('name what the kernel refuses as a finding: errno, orders, attempts', () => {
    const study = results('whole');
    // 2^24 TCEs of 8 bytes are 128 MiB: order 11 of 64K pages, where 8 is the largest there is.
    const { window, replay, failed } = pointOf(study, { page: '4K', window: '64G', levels: '1' });
    expect(window).toMatchObject({ created: false, errno: 'ENOMEM', orderWanted: 11 });
    expect(window).toMatchObject({ availableOrder: 8, attempts: 2, levelsGranted: 2 });
    expect([replay, failed]).toEqual([null, null]);
    const three = pointOf(study, { page: '64K', window: '2G', levels: '3' });
    expect(three.window).toMatchObject({ created: false, errno: 'EINVAL', levelsGranted: null });
  });

  test('of a window are those of `window plan`', async () => {
    const text = await succeed(
      ...['window', 'plan', '--window', '2G,64G,1T', '--page', '4K,64K', '--levels', '1..3'],
      ...['--kernel', '6.12-64k', '--ram', '64G', '--format', 'json'],
    );
    const { lines } = JSON.parse(text) as { lines: Record<string, number | string>[] };
    expect(lines).toHaveLength(18);
    for (const line of lines) {
      const page = line.pageBytes === 4096 ? '4K' : '64K';
      const window = { [2 ** 31]: '2G', [2 ** 36]: '64G', [2 ** 40]: '1T' }[line.windowBytes];
      const values = { page, window: String(window), levels: String(line.levels) };
      const point = pointOf(results('whole'), values);
      expect(point.window?.errno ?? 'created').toBe(line.result);
      expect(point.window?.tableBytes).toBe(line.createdBytes);
      expect(point.window?.chargedBytes).toBe(line.chargedBytes);
    }
  });

  test('of a point are those of `tcesim run` with the scenario that --show prints', async () => {
    const scenario = await succeed('sweep', ...SEEDED, '--show', '5');
    writeFileSync(path('point.yaml'), scenario);
    const generate = /tcesim (trace generate .*) -o point\.arrow/.exec(scenario)?.[1] ?? '';
    await succeed(...generate.split(' '), '-o', path('point.arrow'));
    const run = JSON.parse(await succeed('run', path('point.yaml'), '--format', 'json'));
    const { replay } = results('whole').points[4];
    expect(replay).toMatchObject({
      requests: run.requests,
      hits: run.hits,
      misses: run.misses,
      merged: run.merged,
      simulatedNs: run.simulatedNs,
    });
    const { p50, p90, p99, p999, max, mean } = run.latency;
    expect(replay?.latency).toEqual({ p50, p90, p99, p999, max, mean });
  });

  test('stand in points.csv, a line a point', () => {
    const lines = readFileSync(path('whole/points.csv'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(19);
    expect(lines[0]).toContain('name,kernel,ram,host,page,window,levels,trace,created,errno');
  });

  test('end in a verdict that says why not fewer levels, and what more cost', () => {
    const report = readFileSync(path('whole/report.txt'), 'utf8');
    expect(report).toMatch(/64G +2 +128 KiB +1 level: ENOMEM, wants order 11/);
    expect(report).toMatch(/2G +1 +8 MiB +2 levels: random \+\d+ ns \(\d+ %\)/);
  });
});

describe('shards', () => {
  test.each([7])('%i of them, merged, are the same bytes as one run', async (count) => {
    const parts = Array.from({ length: count }, (_, at) => `part${at + 1}of${count}`);
    for (const [at, part] of parts.entries()) {
      const shard = `${at + 1}/${count}`;
      await succeed('sweep', ...SEEDED, '--shard', shard, '-o', path(part));
    }
    const merged = `merged${count}`;
    await succeed('merge', ...parts.map(path), '-o', path(merged));
    expect(bytes(merged)).toBe(bytes('whole'));
    const files = ['points.csv', 'points.parquet', 'points.arrow', 'report.txt', 'study.json'];
    for (const name of files) {
      const [one, other] = [merged, 'whole'].map((each) => readFileSync(path(`${each}/${name}`)));
      expect(one.equals(other), name).toBe(true);
    }
  });

  test('that are missing are named', async () => {
    await succeed('sweep', ...SEEDED, '--shard', '1/3', '-o', path('third'));
    const { code, stderr } = await tcesim('merge', path('third'), '-o', path('none'));
    expect(code).toBe(3);
    expect(stderr).toMatch(/12 of 18 points are missing: 2 \(page=4K window=2G levels=2\), 3 /);
    expect(stderr).toMatch(/, and 7 more$/m);
    expect(existsSync(path('none'))).toBe(false);
  });

  test('of two plans are refused, and both are named', async () => {
    await succeed('sweep', ...PLAN, '--seed', 't', '--shard', '2/2', '-o', path('foreign'));
    const { code, stderr } = await tcesim(
      ...['merge', path('third'), path('foreign'), '-o', path('none')],
    );
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /third and .*foreign: parts of two studies: .*seed: '.+' in .*third, 't' in .*foreign/,
    );
  });

  test('of two versions are refused', async () => {
    const identity = JSON.parse(readFileSync(path('third/study.json'), 'utf8'));
    await succeed('sweep', ...SEEDED, '--shard', '2/3', '-o', path('older'));
    writeFileSync(path('older/study.json'), JSON.stringify({ ...identity, version: '0.0.9' }));
    const { code, stderr } = await tcesim(
      'merge',
      path('third'),
      path('older'),
      '-o',
      path('none'),
    );
    expect(code).toBe(3);
    expect(stderr).toContain('0.0.9 in ');
  });

  test('have a command each with --commands', async () => {
    const text = await succeed('sweep', ...SEEDED, '--commands', '3', '-o', 'all parts');
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toBe(
      "tcesim sweep --levels 1..3 --window 2G,64G,1T --page 4K,64K --requests 300 --seed s --shard 2/3 -o 'all parts/2of3'",
    );
  });
});

describe('a directory', () => {
  test('of another study is not touched', async () => {
    const before = bytes('whole');
    const { code, stderr } = await tcesim('sweep', ...PLAN, '--seed', 't', '-o', path('whole'));
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /whole: holds points of another study: seed: 's' there, 't' here; give another -o, or delete the directory\n$/,
    );
    expect(bytes('whole')).toBe(before);
  });

  test('of another study names the first three keys that differ, and how many more', async () => {
    const { stderr } = await tcesim(
      ...['sweep', '--levels', '1,2', '--set', 'tags.count=8', '--requests', '9'],
      ...['--seed', 's', '-o', path('whole')],
    );
    expect(stderr).toContain(
      "requests: '300' there, '9' here; vary.page: '4K 64K' there, '64K' here; " +
        "vary.window: '2G 64G 1T' there, '64G' here; and 2 more;",
    );
  });

  test('is gone on with: finished points stay as they are, others are not believed', async () => {
    await succeed('sweep', ...SEEDED, '-o', path('resumed'));
    const points = path('resumed/points');
    const point = (number: number) => join(points, `${number}.json`);
    const text = readFileSync(point(5), 'utf8');
    // A point that nobody would run to: it stays if the file is whole, digests included.
    const times = readdirSync(points).length;
    writeFileSync(point(2), text.slice(0, text.length / 2));
    writeFileSync(point(3), readFileSync(point(6)));
    writeFileSync(
      point(4),
      readFileSync(point(4), 'utf8').replace('"errno":"ENOMEM"', '"errno":null'),
    );
    writeFileSync(point(7), '');
    writeFileSync(`${point(8)}.123.partial`, 'half');
    rmSync(point(8));
    rmSync(path('resumed/results.json'));
    const { code, stderr } = await tcesim('sweep', ...SEEDED, '--resume', '-o', path('resumed'));
    expect([code, stderr]).toEqual([0, expect.stringContaining('18 of 18 points are done')]);
    expect(bytes('resumed')).toBe(bytes('whole'));
    expect(readdirSync(points)).toHaveLength(times);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGKILL', null],
  ] as const)('whose run got a %s is gone on with to the same bytes', async (signal, code) => {
    const many = [...SEEDED.slice(0, -4), '--requests', '2000', '--seed', 's'];
    const directory = `${signal}`;
    const running = start(['sweep', ...many, '--threads', '1', '-o', path(directory)]);
    const done = () => finishedIn(path(`${directory}/points`));
    while (done() < 2) await wait(20);
    running.kill(signal);
    const ended = await running.ended;
    expect(ended.code).toBe(code);
    if (code !== null) {
      expect(ended.stderr.trimEnd().split('\n').at(-1)).toBe(
        `to go on: tcesim sweep ${many.join(' ')} --threads 1 -o ${path(directory)} --resume`,
      );
    }
    const kept = done();
    expect(kept).toBeGreaterThanOrEqual(2);
    expect(existsSync(path(`${directory}/results.json`))).toBe(false);
    await succeed('sweep', ...many, '--resume', '-o', path(directory));
    if (!existsSync(path('long'))) await succeed('sweep', ...many, '-o', path('long'));
    expect(bytes(directory)).toBe(bytes('long'));
  });

  test('that nobody named is told when a sweep is stopped: nothing is kept', async () => {
    const running = start(['sweep', '--threads', '1']);
    await running.says('points done');
    running.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toMatch(/\nnothing is kept: that takes -o DIR, and --resume later\n$/);
  });

  test('that has no name is a mistake of the call', async () => {
    const { code, stderr } = await tcesim('sweep', ...SEEDED, '-o', '');
    expect([code, stderr]).toEqual([2, "tcesim: sweep: -o: expected a directory, got ''\n"]);
  });

  test('in a place where nobody can make one is one line, and no endless search', async () => {
    const { code, stderr } = await tcesim('sweep', ...SEEDED, '-o', '/proc/x');
    expect(code).toBe(3);
    expect(stderr).toBe('tcesim: /proc/x/points: cannot be made a directory (ENOENT)\n');
  });

  test('that cannot be made is one line', async () => {
    writeFileSync(path('file'), '');
    const { code, stderr } = await tcesim('sweep', ...SEEDED, '-o', path('file/below'));
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^tcesim: .*file\/below\/points: cannot be made a directory \(ENOTDIR\)\n$/,
    );
  });
});

describe('a host of a buddyinfo file', () => {
  const counts = (orders: number) => ['10 5 3 2 1', ...Array(orders - 5).fill('0')].join(' ');
  const host = (name: string, orders: number) => {
    writeFileSync(path(name), `Node 0, zone   Normal  ${counts(orders)}\n`);
    return path(name);
  };
  const small = ['--page', '64K', '--window', '2G', '--requests', '50'];

  test('that keeps its last memory for itself is refused for that reason', async () => {
    const text = await succeed(
      'sweep',
      '--host',
      host('tight.buddyinfo', 9),
      ...small,
      '--levels',
      '1,2',
    );
    expect(text.replace(/\s+/g, ' ')).toContain(
      'ENOMEM for 1 level in 1 window: level 0 of the hardware table wants a block of order 2 (256 KiB), such a block is free, but',
    );
    expect(text).not.toContain('larger block than the host has free');
  });

  test('of other pages than the kernel has is no host for it', async () => {
    const { code, stderr } = await tcesim('sweep', '--host', host('of4K.buddyinfo', 13), ...small);
    expect(code).toBe(5);
    expect(stderr).toContain(
      'expected a host with pages of 64K, as the kernel has, got 13 orders, as with 4K',
    );
  });
});

describe('points that cannot run', () => {
  test('are failed with their reason, exit 5, and the others are there', async () => {
    const { code, stderr } = await tcesim(
      ...['sweep', '--phb', 'phb3,phb4', '--page', '64K,2M', '--requests', '300'],
      ...['-o', path('partly')],
    );
    expect(code).toBe(5);
    expect(stderr).toMatch(/point failed: phb=phb3 page=2M: page: expected one that phb3 has/);
    const { points } = results('partly');
    expect(points.map(({ failed }) => failed === null)).toEqual([true, false, true, true]);
    expect(points.map(({ replay }) => replay?.requests ?? 0)).toEqual([300, 0, 300, 300]);
  });

  test('do not run again on --resume, and still are told', async () => {
    const { code } = await tcesim(
      ...['sweep', '--phb', 'phb3,phb4', '--page', '64K,2M', '--requests', '300'],
      ...['--resume', '-o', path('partly')],
    );
    expect(code).toBe(5);
  });

  test('for want of a trace of that size are failed, too', async () => {
    writeFileSync(
      path('small.yaml'),
      'requests: 300\nvary: {window: [2G, 1T], page: [64K, 1G], levels: 1, trace: card}\n' +
        'traces: {card: {generator: nic-rx, set: {page: $page, window: $window}, map: none}}\n',
    );
    const { code, stderr } = await tcesim('sweep', path('small.yaml'), '--format', 'csv');
    expect(code).toBe(5);
    expect(stderr).toMatch(/point failed: page=1G window=2G: window: expected/);
  });
});

/** Points that are whole in a folder that may not be there yet. */
function finishedIn(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder).filter((name) => name.endsWith('.json')).length;
}

test('a study of many points shows its verdict, and says where its tables are', async () => {
  const shown = await succeed(
    ...['sweep', '--levels', '1..2', '--window', '2G..64T', '--page', '4K,64K,2M'],
    ...['--requests', '20', '-o', path('large')],
  );
  expect(shown).toMatch(/Verdict: the best level count for each window\n/);
  expect(shown).not.toMatch(/\nPoints\n/);
  expect(shown).toMatch(/\nNot shown\n(.*\n)*.*report\.txt(.*\n)* +96 points, a line each: points/);
  expect(shown.replaceAll(/\s+/g, ' ')).toContain(`The files are in ${path('large')}.`);
  expect(shown.split('\n').length).toBeLessThan(50);
  const report = readFileSync(path('large/report.txt'), 'utf8');
  expect(report).toMatch(/page 64K\n +window +best +table +why not fewer/);
  expect(report.match(/^ +\d+[KMG] +\d+[GT] +\d /gm)).toHaveLength(96);
});

test('points that are run anew leave no results of an earlier run beside them', async () => {
  const call = ['--levels', '1..2', '--window', '2G', '--page', '64K', '--requests', '300'];
  await succeed('sweep', ...call, '-o', path('anew'));
  expect(existsSync(join(path('anew'), 'results.json'))).toBe(true);
  await succeed('sweep', ...call, '--shard', '1/2', '-o', path('anew'));
  expect(readdirSync(path('anew')).sort()).toEqual(['points', 'study.json']);
});
