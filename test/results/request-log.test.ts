/** `run --requests`: a row for each request, which says the same as the result. */
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { type Table, tableFromIPC } from 'apache-arrow';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../sim/results/result-schema.ts';
import { OUTCOMES } from '../../sim/unit/books/outcome.ts';
import { PARTS } from '../../sim/unit/books/parts.ts';
import { sample, start, succeed, tcesim, workFolder } from '../cli/command.ts';
import { mixedTrace, runJson, writeCsv } from './run.ts';

const path = workFolder();
const failing = workFolder();
const cut = workFolder();
const killed = workFolder();
const CLOCK_MHZ = 500;
const PART_COLUMNS = PARTS.map(
  (part) => `${part.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_cycles`,
);

interface Logged {
  readonly result: Result;
  readonly table: Table;
}

async function logged(name: string, ...args: string[]): Promise<Logged> {
  const file = path(`${name}.arrow`);
  const result = await runJson(...args, '--requests', file);
  return { result, table: tableFromIPC(readFileSync(file)) };
}

function column(table: Table, name: string): ArrayLike<number | bigint> {
  return table.getChild(name)?.toArray();
}

/** Values of a column of words, row by row. */
function words(table: Table, name: string): string[] {
  return Array.from({ length: table.numRows }, (_, row) => table.getChild(name)?.get(row));
}

const sum = (values: ArrayLike<number | bigint>) =>
  Array.from(values).reduce((total: number, each) => total + Number(each), 0);

const runs = new Map<string, Logged>();
const of = (name: string) => runs.get(name) as Logged;

beforeAll(async () => {
  writeCsv(path('mixed.csv'), mixedTrace().rows);
  const mixed = ['--trace', path('mixed.csv'), '--window', '64K:1G', '--map', 'touched'];
  const goesOn = ['--set', 'fault.freezesPe=false'];
  runs.set('frozen', await logged('frozen', ...mixed));
  runs.set('mixed', await logged('mixed', ...mixed, ...goesOn));
  runs.set(
    'tight',
    await logged(
      'tight',
      ...[...mixed, ...goesOn, '--pace', 'interval:2', '--firmware', 'pre2021'],
      ...['--set', 'tags.count=2', '--set', 'walkers.count=1', '--set', 'dma.readEngines=2'],
      ...['--set', 'credits.nonPostedHeaders=4', '--set', 'tceCache.entries=4'],
      ...['--set', 'link.gbps=100'],
    ),
  );
  runs.set('sample', await logged('sample', '--trace', sample('p9-nvme-e1000e.arrow')));
});

describe.each(['frozen', 'mixed', 'tight', 'sample'])('the log of run %s', (name) => {
  test('has a row for each request, numbered PHB after PHB', () => {
    const { table, result } = of(name);
    expect(table.numRows).toBe(result.requests);
    const phbs = column(table, 'phb');
    const requests = column(table, 'request');
    let next = 0;
    for (let row = 0; row < table.numRows; row += 1) {
      if (row > 0 && phbs[row] !== phbs[row - 1]) {
        expect(phbs[row]).toBeGreaterThan(phbs[row - 1] as number);
        next = 0;
      }
      if (Number(requests[row]) !== next) expect(Number(requests[row])).toBe(next);
      next += 1;
    }
  });

  test('has parts that add up to the latency in every row', () => {
    const { table } = of(name);
    const parts = PART_COLUMNS.map((part) => column(table, part));
    const latency = column(table, 'latency_cycles');
    const wrong = Array.from(latency).findIndex(
      (cycles, row) => parts.reduce((total, part) => total + Number(part[row]), 0) !== cycles,
    );
    expect(wrong).toBe(-1);
  });

  test('has the reads of each walk: as many as the result counts, in the cycles of the walk', () => {
    const { table, result } = of(name);
    const reads = column(table, 'walk_reads');
    const levels = column(table, 'walk_level');
    const walk = column(table, 'walk_cycles');
    const cycles = [1, 2, 3, 4, 5].map((read) => column(table, `walk_cycles_${read}`));
    const counted = [0, 0, 0, 0, 0];
    for (let row = 0; row < table.numRows; row += 1) {
      const own = Number(reads[row]);
      for (let read = 0; read < own; read += 1) counted[Number(levels[row]) - read] += 1;
      const took = cycles.slice(0, own).reduce((total, each) => total + Number(each[row]), 0);
      if (took !== Number(walk[row])) expect([row, took]).toEqual([row, Number(walk[row])]);
    }
    expect(counted.slice(0, result.walkReads.length)).toEqual(result.walkReads);
  });

  test('has the TCE of each walk, which gives the real address', () => {
    const { table } = of(name);
    const reads = column(table, 'walk_reads');
    const real = table.getChild('real_address');
    const last = [1, 2, 3, 4, 5].map((read) => column(table, `walk_tce_${read}`));
    let compared = 0;
    for (let row = 0; row < table.numRows; row += 1) {
      const own = Number(reads[row]);
      const found = real?.get(row) as bigint | null;
      if (own === 0 || found === null) continue;
      const tce = BigInt(last[own - 1][row]);
      // Pages of 4K at the least.
      if (tce >> 16n !== found >> 16n) expect([row, tce]).toEqual([row, found]);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(0);
  });

  test('has the outcomes, bytes and times that the result counts', () => {
    const { table, result } = of(name);
    const counted = new Map<string, number>();
    for (const outcome of words(table, 'outcome')) {
      counted.set(outcome, (counted.get(outcome) ?? 0) + 1);
    }
    const { hits, lineHits, misses, merged, bypassed, msi, dropped } = result;
    const { frozen, fenced } = dropped;
    const told: Record<string, number> = {
      ...{ hit: hits, 'line-hit': lineHits, miss: misses, merged, bypassed, msi, frozen, fenced },
      ...result.faultsByKind,
    };
    for (const outcome of OUTCOMES) {
      expect([outcome, counted.get(outcome) ?? 0]).toEqual([outcome, told[outcome]]);
    }
    expect(sum(column(table, 'length'))).toBe(result.readBytes + result.writtenBytes);
    const mean = (cycles: number) =>
      Math.round(((cycles * 1000) / CLOCK_MHZ / result.requests) * 1000) / 1000;
    expect(mean(sum(column(table, 'latency_cycles')))).toBe(result.latency.mean);
    PARTS.forEach((part, index) => {
      const cycles = sum(column(table, PART_COLUMNS[index]));
      expect([part, mean(cycles)]).toEqual([part, result.latency.parts[part].mean]);
    });
  });

  test('has a real address exactly where memory was reached', () => {
    const { table } = of(name);
    const served = ['hit', 'line-hit', 'miss', 'merged', 'bypassed'];
    const reals = table.getChild('real_address');
    const wrong = words(table, 'outcome').findIndex(
      (outcome, row) => (reals?.get(row) !== null) !== served.includes(outcome),
    );
    expect(wrong).toBe(-1);
  });
});

test('the mixed runs have every part, faults, drops, MSIs and reads that were overtaken', () => {
  const parts = ['tight', 'mixed', 'frozen'].map((name) => of(name).result.latency.parts);
  const unused = PARTS.filter((part) => parts.every((each) => each[part].max === 0));
  expect(unused).toEqual([]);
  expect(of('frozen').result.dropped.frozen).toBeGreaterThan(0);
  expect(of('mixed').result.faults).toBeGreaterThan(0);
  expect(of('mixed').result.msi).toBeGreaterThan(0);
});

test('a row says where a request went, and what it waited for', async () => {
  const trace = writeCsv(path('two.csv'), [
    '0,map,0,256,1,65536,0x30000,0x4500000003',
    '1000,write,0,256,1,64,0x38000,0',
    '9000,read,0,256,1,600,0x3ff00,0',
  ]);
  const { table } = await logged('two', '--trace', trace, '--window', '64K:1G');
  const rows = table.toArray().map((row) => row?.toJSON());
  // The read goes from 0x3ff00 to 0x40158: 256 bytes up to 4 KiB, and the rest behind a page fault.
  expect(rows.map(({ op, length, outcome }) => [op, length, outcome])).toEqual([
    ['write', 64, 'miss'],
    ['read', 256, 'hit'],
    ['read', 344, 'page-fault'],
  ]);
  expect(rows[0]).toMatchObject({
    ...{ request: 0n, phb: 0, pe: 1, rid: 256, address: 0x38000n },
    ...{ real_address: 0x4500008000n, arrive_cycle: 500n },
  });
  expect(rows[1]).toMatchObject({ request: 1n, real_address: 0x450000ff00n, arrive_cycle: 4500n });
  expect(rows[2]).toMatchObject({ real_address: null, order_wait_cycles: 0, dma_cycles: 0 });
});

test('the file says of which run it is', () => {
  const { metadata } = of('tight').table.schema;
  expect(Object.fromEntries(metadata)).toMatchObject({
    ...{ 'tcesim.requests': '2', 'tcesim.clock_mhz': '500', 'tcesim.share': '1' },
    ...{ 'tcesim.seed': 'tcesim', 'tcesim.trace_file': 'mixed.csv', 'tcesim.complete': 'true' },
  });
  const scenario = JSON.parse(metadata.get('tcesim.scenario') as string);
  expect(scenario).toEqual(of('tight').result.scenario);
});

test.each([
  ['run', '--trace'],
  ['trace', 'info'],
  ['trace', 'cat'],
])('the file is no trace to `%s %s`', async (...words) => {
  const { code, stderr } = await tcesim(...words, path('two.arrow'));
  expect([code, stderr]).toEqual([
    3,
    `tcesim: ${path('two.arrow')}: this is a request log, not a trace\n`,
  ]);
});

test('the file has all columns and no rows for a trace without DMA', async () => {
  const { table } = await logged('none', '--trace', writeCsv(path('none.csv'), []));
  expect(table.numRows).toBe(0);
  expect(table.schema.names).toContain('engine_wait_cycles');
});

test('a row has its own PE and its absolute time, whoever is at hand when its data come', async () => {
  // Two devices in turn: the data of each read come while another is at hand. Then long after: the
  // origin that the unit counts from has moved by then.
  const near = Array.from({ length: 8 }, (_, turn) => [20 * turn, 1 + (turn % 2)]);
  const far = [2_000_000_000, 2_000_000_020].map((ns, turn) => [ns, 1 + turn]);
  const steps = Array.from({ length: 18 }, (_, turn) => [100_000_000 * (turn + 1), 1]);
  const events = [...near, ...steps, ...far];
  const rows = events.map(([ns, pe]) => `${ns},read,0,${256 * pe},${pe},64,0,0`);
  writeCsv(path('long.csv'), rows);
  const args = ['--trace', path('long.csv'), '--window', '64K:1G', '--map', 'touched'];
  const { table } = await logged('long', ...args);
  expect(Array.from(column(table, 'pe'))).toEqual(events.map(([, pe]) => pe));
  const arrivals = events.map(([ns]) => BigInt((ns * CLOCK_MHZ) / 1000));
  expect(Array.from(column(table, 'arrive_cycle'))).toEqual(arrivals);
});

describe('a sample of the requests', () => {
  const args = () => ['--trace', path('mixed.csv'), '--window', '64K:1G', '--map', 'touched'];

  test('is the rows of the whole log whose requests it has', async () => {
    const { table } = await logged('share', ...args(), '--requests-share', '0.1');
    const whole = new Map(
      of('frozen')
        .table.toArray()
        .map((row) => [keyOf(row), textOf(row)]),
    );
    const rows = table.toArray();
    expect(rows.map(textOf)).toEqual(rows.map((row) => whole.get(keyOf(row))));
    expect(Math.abs(table.numRows / whole.size - 0.1)).toBeLessThan(0.02);
  });

  test('changes with the seed', async () => {
    const numbers = async (seed: string) => {
      const { table } = await logged(
        `seed-${seed}`,
        ...[...args(), '--requests-share', '0.1', '--seed', seed],
      );
      return Array.from(column(table, 'request')).join();
    };
    expect(await numbers('one')).not.toBe(await numbers('two'));
  });

  test.each([1, 2, 3])('is the same bytes on %i threads', async (threads) => {
    const file = path(`threads-${threads}.arrow`);
    const flags = ['--requests', file, '--requests-share', '0.3', '--threads', `${threads}`];
    await succeed('run', ...args(), ...flags);
    await succeed('run', ...args(), '--requests', path('again.arrow'), '--requests-share', '0.3');
    expect(readFileSync(file).equals(readFileSync(path('again.arrow')))).toBe(true);
  });
});

function keyOf(row: { phb: number; request: bigint } | null): string {
  return `${row?.phb} ${row?.request}`;
}

function textOf(row: { toJSON(): unknown } | null): string {
  return JSON.stringify(row?.toJSON(), (_, value) =>
    typeof value === 'bigint' ? `${value}` : value,
  );
}

describe('a log that cannot be', () => {
  test.each([
    [
      'in a directory that is not there',
      () => path('no/where.arrow'),
      /no\/where\.arrow: .*ENOENT/,
    ],
    [
      'below a file',
      () => path('mixed.csv/log.arrow'),
      /log\.arrow: cannot be written \(ENOTDIR\)/,
    ],
    ['in the place of a directory', () => path('.'), /expected a file name, got a directory/],
    ['on standard output', () => '-', /expected a file, standard output has the report/],
  ])('%s is refused in one line', async (_, file, wanted) => {
    const args = ['--trace', sample('p9-nvme-e1000e.arrow'), '--requests', file()];
    const { code, stderr, stdout } = await tcesim('run', ...args);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^tcesim: [^\n]*\n$/);
    expect(stderr).toMatch(wanted);
  });

  test('that finds no room is refused by its name', async () => {
    const args = ['--trace', path('mixed.csv'), '--requests', '/dev/full'];
    const { code, stderr } = await tcesim('run', ...args);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^tcesim: \/dev\/full: cannot be written \(E[A-Z]+\)\n$/);
  });

  describe('because its file is', () => {
    const folder = failing('clash');

    beforeAll(() => {
      mkdirSync(`${folder}/out`, { recursive: true });
      writeCsv(`${folder}/trace.csv`, ['1,read,0,256,1,64,0,0']);
      writeFileSync(`${folder}/study.yaml`, 'trace: trace.csv\n');
      symlinkSync('trace.csv', `${folder}/soft`);
      linkSync(`${folder}/trace.csv`, `${folder}/hard`);
      symlinkSync('../study.yaml', `${folder}/out/report.txt`);
    });

    test.each([
      ['the trace', ['--requests', 'trace.csv'], /--requests .*: would overwrite the trace$/],
      ['a link to the trace', ['--requests', 'soft'], /would overwrite the trace .*trace\.csv$/],
      ['the trace by another name', ['--requests', 'hard'], /would overwrite the trace /],
      ['the scenario', ['--requests', 'study.yaml'], /would overwrite the scenario/],
      [
        'a result',
        ['--requests', 'out2/../new/results.json', '-o', 'new'],
        /would overwrite results\.json of --output/,
      ],
      ['a link, which -o finds', ['-o', 'out'], /report\.txt of --output .* the scenario /],
    ])('%s is refused in one line, and nothing is touched', async (_, flags, message) => {
      const before = readFileSync(`${folder}/trace.csv`);
      const args = flags.map((flag) => (flag.startsWith('-') ? flag : `${folder}/${flag}`));
      const { code, stdout, stderr } = await tcesim('run', `${folder}/study.yaml`, ...args);
      expect([code, stdout]).toEqual([3, '']);
      expect(stderr).toMatch(/^tcesim: [^\n]*\n$/);
      expect(stderr.trim()).toMatch(message);
      expect(readFileSync(`${folder}/trace.csv`).equals(before)).toBe(true);
    });
  });

  test.each(['0', '2', '-1', 'all', ''])('with a share of %j is refused', async (share) => {
    const flags = ['--requests', path('x.arrow'), '--requests-share', share];
    const { code, stderr } = await tcesim('run', '--trace', path('mixed.csv'), ...flags);
    expect(code).toBe(3);
    expect(stderr).toContain(
      `--requests-share: expected more than 0 and at most 1, got '${share}'`,
    );
  });

  test('without a file for its share is a usage error', async () => {
    const { code } = await tcesim('run', '--trace', path('mixed.csv'), '--requests-share', '1');
    expect(code).toBe(2);
  });

  test('leaves nothing behind when the run fails', async () => {
    const folder = cut('');
    writeFileSync(
      `${folder}/cut.csv`,
      'time_ns,op,rid,address,length\n0,read,1,0,64\n1,read,1,0xfffffffffffffff0,64\n',
    );
    const args = ['--trace', `${folder}/cut.csv`, '--requests', `${folder}/log.arrow`];
    const { code } = await tcesim('run', ...args);
    expect(code).toBe(3);
    expect(readdirSync(folder)).toEqual(['cut.csv']);
  });
});

describe('a log of a run that is stopped', () => {
  const trace = path('long.arrow');
  beforeAll(() => succeed('trace', 'generate', 'uniform', '--requests', '3000000', '-o', trace));

  /** Starts a run, and stops it by one signal. */
  async function stopped(file: string) {
    const args = ['run', '--trace', trace, '--window', '64K:1G', '--requests', file];
    const goesOn = ['--set', 'fault.freezesPe=false'];
    const running = start([...args, ...goesOn, '--format', 'json']);
    await running.writes(file);
    await wait(300);
    running.kill('SIGINT');
    return running.ended;
  }

  test('has what was done so far, and says so', async () => {
    const { code, stdout } = await stopped(path('stopped.arrow'));
    expect(code).toBe(130);
    const table = tableFromIPC(readFileSync(path('stopped.arrow')));
    expect(table.schema.metadata.get('tcesim.complete')).toBe('false');
    expect(table.numRows).toBe(JSON.parse(stdout).requests);
    expect(table.numRows).toBeLessThan(3_000_000);
  });

  test('and killed at once leaves neither a log nor a part of one', async () => {
    const folder = killed('');
    const running = start(['run', '--trace', trace, '--requests', `${folder}/log.arrow`]);
    await running.writes(`${folder}/log.arrow`);
    running.kill('SIGTERM');
    await wait(20);
    running.kill('SIGTERM');
    await running.ended;
    expect(readdirSync(folder).filter((name) => name !== 'log.arrow')).toEqual([]);
  });
});
