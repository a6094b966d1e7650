/** What `run --timeline` shows of a run, and what it refuses. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { sample, start, succeed, tcesim, workFolder } from '../cli/command.ts';
import { mixedTrace, runJson, withoutHost, writeCsv } from '../results/run.ts';
import { expectNesting, expectRules, readTrace, slicesOf } from './events.ts';

const path = workFolder();
let mixed: string[];

beforeAll(() => {
  const trace = writeCsv(path('mixed.csv'), mixedTrace().rows);
  mixed = ['run', '--trace', trace, '--window', '64K:1G', '--map', 'touched'];
});

/** The requests of a timeline as lines that can be compared. */
function requestsOf(name: string): string[] {
  return slicesOf(readTrace(path(name)))
    .filter(({ cat }) => cat === 'request')
    .map(({ cycle, cycles, name: what, args }) =>
      [cycle, cycles, what, args.request, args.rid, args.address].join(),
    );
}

describe('the file has the same bytes', () => {
  test.each(['json', 'kanata'])('for any number of threads: .%s', async (ending) => {
    const files: string[] = [];
    for (const threads of ['1', '2', '4']) {
      const place = path(`threads-${threads}.${ending}`);
      await succeed(...mixed, '--threads', threads, '--timeline', place);
      files.push(readFileSync(place, 'utf8'));
    }
    expect(files[1]).toBe(files[0]);
    expect(files[2]).toBe(files[0]);
  });
});

test('the result is that of a run without', async () => {
  const [, ...args] = mixed;
  const plain = await runJson(...args);
  expect(withoutHost(await runJson(...args, '--timeline', path('beside.json')))).toBe(
    withoutHost(plain),
  );
});

test('the end names the file and what is in it', async () => {
  const all = ['--timeline-limit', '1000000'];
  const { stderr } = await tcesim(...mixed, '--timeline', path('told.json'), ...all);
  const events = readTrace(path('told.json')).facts.events as number;
  expect(stderr).toBe(`${path('told.json')}: ${events.toLocaleString('en')} events\n`);
});

test("Belady's replacement, which replays twice, is drawn once", async () => {
  const args = ['--trace', sample('p9-vfio.jsonl'), '--set', 'tceCache.replacement=belady'];
  const { requests } = await runJson(...args, '--timeline', path('belady.json'));
  expect(requestsOf('belady.json').length).toBe(requests);
});

describe('a window of time', () => {
  beforeAll(async () => {
    const all = ['--timeline-limit', '1000000'];
    await succeed(...mixed, '--timeline', path('all.json'), ...all);
    await succeed(
      ...mixed,
      '--timeline',
      path('us.json'),
      ...all,
      '--timeline-window',
      '10us..12us',
    );
    await succeed(
      ...mixed,
      '--timeline',
      path('cycles.json'),
      ...all,
      '--timeline-window',
      '5000..6000',
    );
  });

  test('shows what ends behind its beginning and arrives before its end', () => {
    const expected = requestsOf('all.json').filter((request) => {
      const [cycle, cycles] = request.split(',').map(Number);
      return cycle < 6000 && cycle + cycles > 5000;
    });
    expect(expected.length).toBeGreaterThan(100);
    expect(requestsOf('us.json')).toEqual(expected);
    expectRules(readTrace(path('us.json')));
  });

  test('can be written in cycles', () => {
    expect(readFileSync(path('cycles.json'), 'utf8')).toBe(readFileSync(path('us.json'), 'utf8'));
  });

  test('may be empty, which is said', async () => {
    const { stderr } = await tcesim(
      ...mixed,
      '--timeline',
      path('late.json'),
      '--timeline-window',
      '1s..',
    );
    expect(stderr).toBe(`${path('late.json')}: 0 events, for nothing happened then\n`);
    expect(requestsOf('late.json')).toEqual([]);
    await succeed(...mixed, '--timeline', path('late.kanata'), '--timeline-window', '1s..');
    expect(readFileSync(path('late.kanata'), 'utf8')).toMatch(
      /^Kanata\t0004\nC=\t0\nI\t0\t0\t0\nL/,
    );
  });
});

test('the limit cuts by time, across PHBs, and is told on stderr and in the file', async () => {
  await succeed(...mixed, '--timeline', path('whole.json'), '--timeline-limit', '1000000');
  const { stderr } = await tcesim(
    ...mixed,
    '--timeline',
    path('cut.json'),
    '--timeline-limit',
    '2000',
  );
  const { events, facts } = readTrace(path('cut.json'));
  const cut = facts.cutAtCycle as number;
  expect(stderr).toBe(
    `${path('cut.json')}: ${(facts.events as number).toLocaleString('en')} events, cut by --timeline-limit at cycle ${cut} (${cut * 2} ns)\n`,
  );
  expect(events.filter(({ ph }) => ph !== 'M').length).toBeLessThanOrEqual(2000);
  expect(facts).toMatchObject({ limit: 2000 });
  const shown = requestsOf('cut.json');
  expect(shown).toEqual(requestsOf('whole.json').slice(0, shown.length));
  expect(Number(requestsOf('whole.json')[shown.length].split(',')[0])).toBeGreaterThanOrEqual(cut);
  expectRules({ events, facts });

  await succeed(...mixed, '--timeline', path('cut.kanata'), '--timeline-limit', '2000');
  const text = readFileSync(path('cut.kanata'), 'utf8');
  expect(text).toContain('cut here: the limit of events');
  expect(text).toMatch(/"cutAtCycle":\d+/);
});

test('a share shows the requests that a request log of this share has, and no counters', async () => {
  const share = ['--timeline-share', '0.1'];
  await succeed(...mixed, '--timeline', path('tenth.json'), ...share);
  await succeed(...mixed, '--timeline', path('full.json'), '--timeline-limit', '1000000');
  const tenth = requestsOf('tenth.json');
  const full = new Set(requestsOf('full.json'));
  expect(tenth.length).toBeGreaterThan(full.size / 20);
  expect(tenth.length).toBeLessThan(full.size / 5);
  expect(tenth.filter((request) => !full.has(request))).toEqual([]);
  const file = readTrace(path('tenth.json'));
  expect(file.facts.share).toBe(0.1);
  expect(file.events.filter(({ ph }) => ph === 'C')).toEqual([]);
  expectRules(file);
});

test.each(['333', '1900', '10000'])('a clock of %s MHz makes no slices overlap', async (clock) => {
  const settings = ['--set', `unit.clockMHz=${clock}`, '--set', 'tags.count=2'];
  const place = path(`clock-${clock}.json`);
  await succeed(...mixed, ...settings, '--timeline', place, '--timeline-limit', '40000');
  const file = readTrace(place);
  expectNesting(file);
  // Whether a reader rounds or cuts, a time is the same nanosecond.
  const times = file.events.flatMap(({ ts = 0, dur = 0 }) => [ts * 1000, dur * 1000]);
  expect(times.filter((ns) => Math.trunc(ns) !== Math.round(ns))).toEqual([]);
});

describe('the file is whole or not there', () => {
  test('after a run that is stopped: with what was simulated', async () => {
    const trace = path('long.arrow');
    const size = ['--requests', '3000000', '--window', '2G', '--length', '64K'];
    await succeed('trace', 'generate', 'uniform', ...size, '-o', trace);
    const place = path('stopped.json');
    const args = ['run', '--trace', trace, '--window', '64K:2G', '--map', 'all'];
    const running = start([...args, '--pace', 'closed:8', '--timeline', place]);
    await running.writes(place);
    running.kill('SIGINT');
    const { code } = await running.ended;
    expect(code).toBe(130);
    expectRules(readTrace(place));
  });

  test('where the disk is full', async () => {
    if (!existsSync('/dev/full')) return;
    const { code, stderr } = await tcesim(
      ...[...mixed, '--timeline', '/dev/full', '--timeline-format', 'perfetto'],
    );
    expect([code, stderr]).toEqual([3, 'tcesim: /dev/full: cannot be written (ENOSPC)\n']);
  });

  test('where the trace is damaged', async () => {
    const trace = writeCsv(path('damaged.csv'), [
      '0,read,0,256,1,64,0,0',
      '1,create,0,256,9999,1,0,0',
    ]);
    const { code } = await tcesim('run', '--trace', trace, '--timeline', path('damaged.json'));
    expect(code).toBe(3);
    expect(readdirSync(path('.')).filter((name) => name.startsWith('damaged.json'))).toEqual([]);
  });
});

describe('bad input ends in one line', () => {
  const place = () => ['--timeline', path('bad.json')];
  const cases: [string, () => string[], number, RegExp][] = [
    [
      'no ending',
      () => ['--timeline', path('bad.txt')],
      3,
      /^--timeline: expected a file that ends in \.json, \.kanata, \.konata, or --timeline-format, got '.*bad\.txt'$/,
    ],
    [
      'standard output',
      () => ['--timeline', '-'],
      3,
      /^--timeline: expected a file, standard output has the report$/,
    ],
    [
      'a directory',
      () => ['--timeline', path('.'), '--timeline-format', 'konata'],
      3,
      /expected a file name, got a directory$/,
    ],
    [
      'no directory',
      () => ['--timeline', path('none/bad.json')],
      3,
      /cannot be written \(ENOENT\)$/,
    ],
    [
      'a format',
      () => [...place(), '--timeline-format', 'svg'],
      2,
      /Allowed choices are perfetto, konata/,
    ],
    [
      'a window backwards',
      () => [...place(), '--timeline-window', '5us..1us'],
      3,
      /expected a window that ends after it begins, got '5us\.\.1us'$/,
    ],
    [
      'a window of no form',
      () => [...place(), '--timeline-window', '10'],
      3,
      /^--timeline-window: expected FROM\.\.TO in cycles .*, got '10'$/,
    ],
    [
      'half a cycle',
      () => [...place(), '--timeline-window', '1.5..3'],
      3,
      /^--timeline-window: expected FROM\.\.TO/,
    ],
    [
      'a unit',
      () => [...place(), '--timeline-window', '1min..3min'],
      3,
      /^--timeline-window: expected FROM\.\.TO/,
    ],
    [
      'a share',
      () => [...place(), '--timeline-share', '0'],
      3,
      /^--timeline-share: expected more than 0 and at most 1, got '0'$/,
    ],
    [
      'a limit',
      () => [...place(), '--timeline-limit', '2e6'],
      3,
      /^--timeline-limit: expected 1\.\.1000000, got '2e6'$/,
    ],
    [
      'an option alone',
      () => ['--timeline-window', '1us..2us'],
      2,
      /^run: --timeline-window wants --timeline FILE/,
    ],
    [
      'the trace itself',
      () => ['--timeline', path('mixed.csv'), '--timeline-format', 'konata'],
      3,
      /--timeline .*mixed\.csv: would overwrite the trace$/,
    ],
  ];

  test.each(cases)('%s', async (_what, args, code, message) => {
    const ended = await tcesim(...mixed, ...args());
    expect(ended.stderr.trimEnd()).not.toContain('\n');
    expect(ended.stderr.trimEnd().replace(/^(tcesim|error): /, '')).toMatch(message);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
  });
});
