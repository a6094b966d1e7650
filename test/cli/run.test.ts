/** `tcesim run`: the forms that a trace may have, and what is written where. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { mixedTrace, runJson, withoutHost, writeCsv } from '../results/run.ts';
import { sample, start, succeed, tcesim, workFolder } from './command.ts';

const path = workFolder();
const window = ['--window', '64K:1G'];

beforeAll(() => {
  writeCsv(path('mixed.csv'), mixedTrace().rows);
});

/** A result without what names the trace's file and the machine that simulated. */
function figures(result: { scenario: Record<string, unknown> }): string {
  return withoutHost({ ...result, scenario: { ...result.scenario, trace: undefined } });
}

describe('a trace', () => {
  test.each([
    ['CSV', () => path('mixed.csv')],
    ['JSON lines', () => sample('p9-nobypass-head.jsonl')],
    ['a QEMU log', () => sample('p9-fio.qemu.log')],
  ])('as %s gives the figures of the same trace imported', async (name, file) => {
    const imported = path(`${name}.arrow`);
    await succeed('trace', 'import', file(), '-o', imported);
    const direct = await runJson('--trace', file(), ...window);
    expect(direct.requests).toBeGreaterThan(0);
    expect(figures(await runJson('--trace', imported, ...window))).toBe(figures(direct));
  });

  test('comes through standard input as well', async () => {
    const direct = await runJson('--trace', path('mixed.csv'), ...window);
    const args = ['run', '--trace', '-', ...window, '--format', 'json'];
    const { stdout } = await start(args, readFileSync(path('mixed.csv'))).ended;
    expect(figures(JSON.parse(stdout))).toBe(figures(direct));
  });

  test('that would be read twice is refused on standard input', async () => {
    const belady = ['--set', 'tceCache.replacement=belady'];
    const args = ['run', '--trace', '-', ...window, ...belady];
    const { code, stderr } = await start(args, readFileSync(path('mixed.csv'))).ended;
    expect([code, stderr]).toEqual([
      3,
      'tcesim: tceCache.replacement=belady reads the trace twice, which standard input cannot be\n',
    ]);
  });

  test('with nothing in it gives a result of zeros', async () => {
    const { rows, requests, latency } = await runJson('--trace', writeCsv(path('none.csv'), []));
    expect([rows, requests, latency.mean, latency.max]).toEqual([0, 0, 0, 0]);
  });

  test('replayed twice gives the same result', async () => {
    const args = ['--trace', path('mixed.csv'), ...window, '--map', 'touched'];
    expect(withoutHost(await runJson(...args))).toBe(withoutHost(await runJson(...args)));
  });
});

test('a DMA is cut at 4 KiB boundaries, where TLPs may be as large', async () => {
  const file = writeCsv(path('cut.csv'), ['1,read,0,256,1,8194,4095,0']);
  const large = ['--set', 'link.readRequestBytes=4096'];
  const { requests, dmas, readBytes } = await runJson('--trace', file, ...window, ...large);
  // 1 byte, two whole pages, and a byte of the fourth.
  expect([requests, dmas, readBytes]).toEqual([4, 1, 8194]);
});

test('a request log may go to the directory of -o, which comes into being with it', async () => {
  const log = ['-o', path('fresh/run'), '--requests', path('fresh/run/requests.arrow')];
  await succeed('run', '--trace', path('mixed.csv'), ...window, ...log);
  expect(statSync(path('fresh/run/requests.arrow')).size).toBeGreaterThan(1000);
});

test('-o writes whole files, the same result that standard output gets', async () => {
  const args = ['run', '--trace', path('mixed.csv'), ...window, '-o', path('deep/run')];
  const { host, ...shown } = JSON.parse(await succeed(...args, '--format', 'json'));
  const { host: written, ...kept } = JSON.parse(
    readFileSync(path('deep/run/results.json'), 'utf8'),
  );
  expect(kept).toEqual(shown);
  expect(written).toEqual(host);
  expect(readdirSync(path('deep/run')).sort()).toEqual(['report.txt', 'results.json']);
  const report = readFileSync(path('deep/run/report.txt'), 'utf8');
  expect(report).toMatch(/^tcesim .*mixed\.csv\n/);
  expect(report.endsWith('\n')).toBe(true);
});

test('-o into the same directory replaces what is there', async () => {
  const into = ['-o', path('again')];
  await succeed('run', '--trace', path('mixed.csv'), ...window, ...into);
  await succeed('run', '--trace', sample('p9-fio.jsonl'), ...into);
  const { scenario } = JSON.parse(readFileSync(path('again/results.json'), 'utf8'));
  expect(scenario.trace.file).toBe('p9-fio.jsonl');
  expect(readdirSync(path('again'))).toHaveLength(2);
});

test('a page and a log of an earlier run beside new results are told', async () => {
  const trace = ['--trace', path('mixed.csv'), ...window, '-o', path('stale')];
  await succeed('run', ...trace, '--report');
  const again = await tcesim('run', ...trace, '--seed', 'other');
  expect(again.stderr).toBe(
    `${path('stale')}: report.html and requests.arrow are of an earlier run\n`,
  );
  expect((await tcesim('run', ...trace, '--report')).stderr).toBe('');
});

test('a run and a study have no directory in common', async () => {
  const plan = ['--levels', '1', '--window', '2G', '--requests', '100'];
  const run = ['--trace', path('mixed.csv'), ...window];
  await succeed('run', ...run, '-o', path('of-run'));
  expect(await tcesim('sweep', ...plan, '-o', path('of-run'))).toMatchObject({
    code: 3,
    stderr: `tcesim: ${path('of-run')}: holds the results of a run; give another -o\n`,
  });
  await succeed('sweep', ...plan, '-o', path('of-study'));
  const before = readFileSync(path('of-study/results.json'), 'utf8');
  expect(await tcesim('run', ...run, '-o', path('of-study'))).toMatchObject({
    code: 3,
    stderr: `tcesim: --output '${path('of-study')}': holds a study; give another directory\n`,
  });
  expect(readFileSync(path('of-study/results.json'), 'utf8')).toBe(before);
});

test('a terminal sees control characters of a name, and obeys none', async () => {
  const name = path('a\u001b[31mb\u0007.csv');
  writeCsv(name, mixedTrace().rows);
  const { stdout } = await tcesim('run', '--trace', name, ...window);
  expect(stdout).toContain('a\\x1b[31mb\\x07.csv');
  writeFileSync(name, 'time_ns,rid,op,address,length\n0,01:00.0,re\u001b[31mad,0x1000,64\n');
  const refused = await tcesim('trace', 'import', name, '-o', path('x.arrow'), '--strict');
  for (const text of [stdout, refused.stderr]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  }
  expect(refused.stderr).toContain('\\x1b[31m');
});

test.each([
  ['json', 1],
  ['csv', 1],
  ['table', 0],
])('why nothing reached memory is told where a report is %s', async (format, lines) => {
  const trace = writeCsv(path('lost.csv'), ['0,read,0,256,1,64,0,0']);
  const { code, stdout, stderr } = await tcesim('run', '--trace', trace, '--format', format);
  const words = 'No DMA window exists: give one with --window 64K:1T:levels=2 --map touched.';
  expect([code, stderr.split(words).length - 1]).toEqual([0, lines]);
  expect(stdout.replace(/\s+/g, ' ').includes(words)).toBe(lines === 0);
});
