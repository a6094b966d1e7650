/** Replays of programs: the results of the command line, and each request as its log has it. */
import { readFileSync } from 'node:fs';
import { type Table, tableFromIPC } from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import {
  type GivenRow,
  InputError,
  type ReplayOptions,
  type RequestAnswer,
  replay,
  replayRequests,
  type ScenarioObject,
} from '../../sim/index.ts';
import { sample, succeed, workFolder } from '../cli/command.ts';
import { mixedTrace, withoutHost, writeCsv } from '../results/run.ts';

const path = workFolder();
const MIXED = writeCsv(path('mixed.csv'), mixedTrace().rows);
const CLOCK_MHZ = 500;

/** What `tcesim run` prints, without what tells of the machine. */
async function ran(...args: string[]): Promise<string> {
  return withoutHost(JSON.parse(await succeed('run', ...args, '--format', 'json')));
}

async function all(scenario: string | ScenarioObject) {
  const requests = replayRequests(scenario);
  const answers: RequestAnswer[] = [];
  for await (const answer of requests) answers.push(answer);
  return { answers, result: requests.result };
}

/** The rows of `mixedTrace` as objects. */
function objects(): GivenRow[] {
  return mixedTrace().rows.map((row) => {
    const [time_ns, op, phb, rid, pe, length, address, value] = row.split(',');
    const numbers = { time_ns: Number(time_ns), phb: Number(phb), rid: Number(rid) };
    return { ...numbers, op, pe, length, address: BigInt(address), value } as GivenRow;
  });
}

const BELADY = { tceCache: { replacement: 'belady', entries: 4 } };

/** Scenarios, and the words of the command line that say the same. */
const CASES: readonly [string, string | ScenarioObject, string[]][] = [
  ['a scenario file', 'docs/examples/freeze.yaml', ['docs/examples/freeze.yaml']],
  [
    'a file with settings',
    {
      trace: sample('p9-nvme-e1000e.arrow'),
      windows: ['64K:1T:levels=2'],
      map: 'touched',
      pace: 'closed:8',
      firmware: 'pre2021',
      set: { tceCache: { ways: 8 }, 'tags.count': 32 },
      host: { kernel: '6.12-64k', ram: '16G' },
      seed: 's',
    },
    [
      ...['--trace', sample('p9-nvme-e1000e.arrow'), '--window', '64K:1T:levels=2'],
      ...['--map', 'touched', '--pace', 'closed:8', '--firmware', 'pre2021', '--seed', 's'],
      ...['--set', 'tceCache.ways=8', '--set', 'tags.count=32'],
      ...['--set', 'host.kernel=6.12-64k', '--set', 'host.ram=16G'],
    ],
  ],
  ['a dump of tables', 'docs/examples/dump.yaml', ['docs/examples/dump.yaml']],
  [
    'Belady, which wants the trace twice',
    { trace: MIXED, windows: ['64K:1G'], map: 'touched', set: BELADY },
    [
      ...['--trace', MIXED, '--window', '64K:1G', '--map', 'touched'],
      ...['--set', 'tceCache.replacement=belady', '--set', 'tceCache.entries=4'],
    ],
  ],
];

describe.each(CASES)('%s', (_, scenario, args) => {
  test('gives a program the result of the command line, byte for byte', async () => {
    const expected = await ran(...args);
    expect(withoutHost(await replay(scenario))).toBe(expected);
    const { answers, result } = await all(scenario);
    expect(withoutHost(result as object)).toBe(expected);
    expect(answers).toHaveLength(result?.requests as number);
  });
});

describe('a request', () => {
  const scenario = { rows: objects(), windows: ['64K:1G'], map: 'touched' };
  const args = ['--trace', MIXED, '--window', '64K:1G', '--map', 'touched'];

  test('is a row of the log, in ns', async () => {
    await succeed('run', ...args, '--requests', path('log.arrow'));
    const log = tableFromIPC(readFileSync(path('log.arrow')));
    const { answers } = await all(scenario);
    const inOrder = answers.toSorted((a, b) => a.phb - b.phb || a.request - b.request);
    expect(inOrder).toEqual(answersIn(log));
    expect(new Set(answers.map(({ outcome }) => outcome)).size).toBeGreaterThan(4);
  });

  test('is a hit where the TCE was there, and its parts add up to its latency', async () => {
    for (const { isHit, outcome, partsNs, latencyNs } of (await all(scenario)).answers) {
      expect(isHit).toBe(outcome === 'hit');
      expect(Object.values(partsNs).reduce((sum, part) => sum + part, 0)).toBe(latencyNs);
    }
  });
});

/** The rows of a request log as a program gets them. */
function answersIn(log: Table): RequestAnswer[] {
  const ns = (cycles: unknown) => (Number(cycles) * 1000) / CLOCK_MHZ;
  return log.toArray().map((row) => {
    const { rid, op, outcome, real_address, arrive_cycle, latency_cycles, ...rest } = row.toJSON();
    const parts = Object.entries(rest).filter(([name]) => name.endsWith('_cycles'));
    const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
    const device = `${(rid >> 8).toString(16).padStart(2, '0')}:${((rid >> 3) & 31).toString(16).padStart(2, '0')}.${rid & 7}`;
    return {
      request: Number(rest.request),
      phb: rest.phb,
      pe: rest.pe,
      rid: device,
      op,
      address: rest.address,
      realAddress: real_address ?? undefined,
      length: rest.length,
      outcome,
      isHit: outcome === 'hit' || outcome === 'line-hit',
      arriveNs: ns(arrive_cycle),
      latencyNs: ns(latency_cycles),
      partsNs: Object.fromEntries(
        parts.map(([name, cycles]) => [camel(name.replace('_cycles', '')), ns(cycles)]),
      ),
    } as RequestAnswer;
  });
}

describe('rows of a program', () => {
  const machine = { windows: ['64K:1G'], map: 'all' };

  test('give the figures of the same rows as CSV', async () => {
    const csv = await replay({ ...machine, rows: readFileSync(MIXED, 'utf8') });
    const { scenario: _csv, ...figures } = csv;
    for (const rows of [objects(), objects().values(), asynchronous(objects())]) {
      const { scenario, ...own } = await replay({ ...machine, rows });
      expect(withoutHost(own)).toBe(withoutHost(figures));
      expect(scenario.trace).toEqual({
        ...{ file: 'scenario', clock: 'time', source: 'program', parameters: {} },
      });
    }
  });

  test('that never end are read as far as their requests are taken, and ended by a break', async () => {
    const given = { rows: 0, isEnded: false };
    const requests = replayRequests({ ...machine, rows: endless(given) });
    let taken = 0;
    for await (const { request } of requests) {
      expect(request).toBe(taken);
      taken += 1;
      if (taken === 50_000) break;
    }
    expect(given.isEnded).toBe(true);
    expect(given.rows).toBeLessThan(100_000);
    expect(requests.result).toBeUndefined();
  });

  test('throw what their generator throws', async () => {
    const rows = failing();
    await expect(replay({ ...machine, rows })).rejects.toThrow('no more');
    await expect(all({ ...machine, rows: failing() })).rejects.toThrow('no more');
  });

  test('come again with another loop over a list', async () => {
    const requests = replayRequests({ ...machine, rows: objects() });
    for await (const _ of requests) break;
    let count = 0;
    for await (const _ of requests) count += 1;
    expect(count).toBe(requests.result?.requests);
  });
});

async function* asynchronous(rows: readonly GivenRow[]) {
  yield* rows;
}

async function* endless(given: { rows: number; isEnded: boolean }) {
  try {
    for (;;) {
      const address = (given.rows % 1000) * 65_536;
      yield { time_ns: given.rows * 100, op: 'read', rid: '01:00.0', address, length: 64 } as const;
      given.rows += 1;
    }
  } finally {
    given.isEnded = true;
  }
}

function* failing(): Generator<GivenRow> {
  yield { time_ns: 0, op: 'read', rid: '01:00.0', address: 0, length: 64 };
  throw new TypeError('no more');
}

describe('what cannot be used', () => {
  const row = { time_ns: 0, op: 'read', rid: '01:00.0', address: 0, length: 64 };
  const cases: [unknown, string][] = [
    [{}, 'scenario: expected trace, rows or generate, got none of them'],
    [7, 'scenario: expected a map of keys, got 7'],
    [{ trce: 'a' }, "scenario: trce: unknown key, did you mean 'trace'?"],
    [{ trace: '/none.arrow' }, 'scenario: trace: /none.arrow: no such file'],
    [{ rows: [], trace: 'a' }, 'scenario: rows: a scenario has a trace or rows, not both'],
    [{ rows: 7 }, 'scenario: rows: expected CSV, or rows that can be gone through'],
    [{ rows: [7] }, 'scenario: rows[0]: expected an object with the columns of a trace, got 7'],
    [
      { rows: [row, { ...row, adress: 1 }] },
      "scenario: rows[1]: unknown column 'adress', did you mean 'address'?",
    ],
    [
      { rows: [{ ...row, length: undefined }] },
      'scenario: rows[0]: column length: expected a value, got none',
    ],
    [
      { rows: [{ ...row, op: 'raed' }] },
      "scenario: rows[0]: column op: unknown operation 'raed', did you mean 'read'?",
    ],
    [
      { rows: [{ ...row, address: 2 ** 59 }] },
      'scenario: rows[0]: column address: expected a bigint or text for so large a number, got 576460752303423500',
    ],
    [
      { rows: [{ ...row, time_ns: 5 }, row] },
      'scenario: rows[1]: column time_ns: expected at least 5, the time of the row before, got 0; sort the rows by time',
    ],
    [
      { rows: [row, { ...row, length: 0 }] },
      'scenario: rows[1]: read: length: expected 1 or more bytes, got 0',
    ],
    [
      { rows: [row].values(), windows: ['64K:1G'], map: 'touched' },
      'map touched reads the trace twice, which an iterator cannot be',
    ],
    [
      { rows: [], set: { tceCache: { ways: 7 } } },
      'scenario tceCache.ways: expected a divisor of 1024 (tceCache.entries), got 7',
    ],
    [
      { rows: [], windows: ['64K:1T:levels=3'] },
      'scenario: window 64K:1T:levels=3: EINVAL: 3 levels of 64K and 64K pages reach 55 address bits, at most 54 are allowed',
    ],
  ];

  test.each(cases)('%j is an InputError of one line', async (scenario, message) => {
    const errors = [
      await replay(scenario as ScenarioObject).catch((error) => error),
      await all(scenario as ScenarioObject).catch((error) => error),
    ];
    for (const error of errors) {
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toBe(message);
    }
  });
});

test.each([
  [
    'throws',
    (mine: Error) => {
      throw mine;
    },
  ],
  ['rejects with', (mine: Error) => Promise.reject(mine)],
])('what onProgress %s comes back, and stops the replay', async (_name, fail) => {
  const long = {
    generate: { generator: 'uniform', set: { requests: '200M' } },
    windows: ['64K:1G'],
  };
  const mine = new Error('mine');
  let calls = 0;
  const replayed = replay(long, {
    onProgress: () => {
      calls += 1;
      return fail(mine);
    },
  });
  await expect(replayed).rejects.toBe(mine);
  // All of it takes half a minute, and would be told about five times a second.
  expect(calls).toBe(1);
});

test.each<[string, unknown, RegExp]>([
  ['a function that is none', { onProgress: 5 }, /^onProgress: expected a function, got 5$/],
  ['a signal that is none', { signal: 5 }, /^signal: expected an AbortSignal, got 5$/],
  ['a bare object', { signal: Object.create(null) }, /^signal: .*got a map of keys$/],
  ['a symbol', { onProgress: Symbol('x') }, /^onProgress: expected a function, got Symbol\(x\)$/],
  ['a misspelt key', { signl: 5 }, /^replay options: signl: unknown key, did you mean 'signal'\?$/],
  ['no object', 5, /^replay options: expected an object, got 5$/],
])('%s is refused', async (_name, options, words) => {
  const scenario = { generate: { generator: 'uniform', set: { requests: 10 } } };
  const refusal = replay(scenario, options as ReplayOptions);
  await expect(refusal).rejects.toThrow(words);
  await expect(refusal).rejects.toBeInstanceOf(InputError);
});

test('a replay that is told to stop gives what it has', async () => {
  const stop = new AbortController();
  const given = { rows: 0, isEnded: false };
  const result = await replay(
    { rows: endless(given), windows: ['64K:1G'], map: 'all' },
    { signal: stop.signal, onProgress: (rows) => rows > 0 && stop.abort() },
  );
  expect(result.isComplete).toBe(false);
  expect(given.isEnded).toBe(true);
});
