/** `tcesim report`, `run --report`, `sweep --report`: what they write, and what they refuse. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PageData, RunPage, StudyPage } from '../../../sim/report/html/page-data.ts';
import { sample, succeed, tcesim, workFolder } from '../../cli/command.ts';

const path = workFolder();
const TRACE = ['--trace', sample('p9-nvme-e1000e.arrow')];

function pageIn(file: string): PageData {
  const [, text] = readFileSync(file, 'utf8').match(/id="data">(.*?)<\/script>/s) ?? [];
  return JSON.parse(text) as PageData;
}

beforeAll(async () => {
  await succeed('run', ...TRACE, '-o', path('run'), '--report');
  await succeed('run', ...TRACE, '-o', path('plain'));
  const study = ['--levels', '1..3', '--window', '2G,1T', '--requests', '300', '--seed', 's'];
  await succeed('sweep', ...study, '-o', path('study'), '--report');
});

describe('run --report', () => {
  test('writes the page that tcesim report makes of the directory', async () => {
    const first = readFileSync(path('run/report.html'), 'utf8');
    expect(await succeed('report', path('run'), '-o', '-')).toBe(first);
  });

  test('says first what was run, and with which numbers nobody has published', () => {
    const page = pageIn(path('run/report.html')) as RunPage;
    const { assumed } = JSON.parse(readFileSync(path('run/results.json'), 'utf8'));
    expect(page.title).toBe('PHB4, POWER9, 512 PEs, p9-nvme-e1000e.arrow');
    expect(page.parameters[0].name).toBe('Assumed');
    expect(page.parameters[0].list.map(({ key }) => key)).toEqual(
      assumed.map(({ key }: { key: string }) => key),
    );
  });

  test('samples no more of a long trace than a page can use', async () => {
    const long = path('long.arrow');
    await succeed('trace', 'generate', 'ring', '--requests', '400000', '--page', '64K', '-o', long);
    const windows = ['--window', '64K:1T:levels=2', '--map', 'touched'];
    await succeed('run', '--trace', long, ...windows, '-o', path('long'), '--report');
    const { log } = pageIn(path('long/report.html')) as RunPage;
    // A quarter of the 1.07 M requests would be more than 262,144.
    expect(log?.share).toBe(0.125);
    expect(Math.abs((log?.rows ?? 0) / (log?.requests ?? 0) - 0.125)).toBeLessThan(0.005);
    const asked = ['--requests', path('asked.arrow'), '--requests-share', '0.125'];
    await succeed('run', '--trace', long, ...windows, '-o', path('asked'), '--report', ...asked);
    expect((pageIn(path('asked/report.html')) as RunPage).log).toEqual(log);
    const one = ['-o', path('one'), '--report', '--threads', '1'];
    await succeed('run', '--trace', long, ...windows, ...one);
    const logs = ['long', 'one'].map((run) => readFileSync(path(`${run}/requests.arrow`)));
    expect(logs[0].equals(logs[1])).toBe(true);
  });

  test('takes the log that --requests names', async () => {
    const log = path('own.arrow');
    const share = ['--requests', log, '--requests-share', '0.02'];
    await succeed('run', ...TRACE, '-o', path('own'), '--report', ...share);
    expect((pageIn(path('own/report.html')) as RunPage).log?.share).toBe(0.02);
    expect(existsSync(path('own/requests.arrow'))).toBe(false);
  });

  test('wants a directory', async () => {
    expect(await tcesim('run', ...TRACE, '--report')).toMatchObject({
      code: 2,
      stderr: 'tcesim: run: --report wants -o DIR\n',
    });
  });

  test('overwrites no trace that it reads', async () => {
    const trace = path('run/requests.arrow');
    const { code, stderr } = await tcesim('run', '--trace', trace, '-o', path('run'), '--report');
    expect(code).toBe(3);
    expect(stderr).toContain('would overwrite the trace');
  });
});

describe('report', () => {
  test('makes a page without a log of a run that has none', async () => {
    await succeed('report', path('plain'));
    expect((pageIn(path('plain/report.html')) as RunPage).log).toBeNull();
  });

  test('leaves out a log of an earlier run that nobody named, and says so', async () => {
    await succeed('run', ...TRACE, '-o', path('stale'), '--report');
    await succeed('run', ...TRACE, '-o', path('stale'), '--set', 'tags.count=8');
    const { code, stderr } = await tcesim('report', path('stale'));
    expect(code).toBe(0);
    expect(stderr).toContain('the request log of another run: left out');
    expect((pageIn(path('stale/report.html')) as RunPage).log).toBeNull();
    const named = await tcesim('report', path('stale'), '--requests', path('stale/requests.arrow'));
    expect(named.code).toBe(3);
  });

  test.each([
    ['nothing', undefined, 'expected a directory with results.json'],
    ['no-json', '{', 'expected results as JSON'],
    ['other', '{"schema":"x"}', 'expected results of a study (tcesim.study/1) or a run'],
    ['null', 'null', 'got something else'],
    ['cut', '{"schema":"tcesim.result/2"}', 'version: '],
    ['empty', '{"schema":"tcesim.study/1"}', 'version: '],
  ])('refuses a directory with %s', async (name, text, words) => {
    await succeed('run', ...TRACE, '-o', path(name));
    if (text !== undefined) writeFileSync(path(`${name}/results.json`), text);
    const { code, stderr } = await tcesim('report', text === undefined ? path('') : path(name));
    expect(code).toBe(3);
    expect(stderr).toContain(words);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('refuses a result whose scenario was tampered with', async () => {
    const result = JSON.parse(readFileSync(path('plain/results.json'), 'utf8'));
    await succeed('run', ...TRACE, '-o', path('tampered'));
    const text = JSON.stringify({ ...result, scenario: { phb: 'phb4' } });
    writeFileSync(path('tampered/results.json'), text);
    const { code, stderr } = await tcesim('report', path('tampered'));
    expect(code).toBe(3);
    expect(stderr).toContain('results.json: expected a scenario');
  });

  test('never writes over the results', async () => {
    const { code } = await tcesim('report', path('plain'), '-o', path('plain/results.json'));
    expect(code).toBe(3);
  });
});

describe('sweep --report', () => {
  test('writes the page that tcesim report makes, with the verdict in words and every point', async () => {
    const first = readFileSync(path('study/report.html'), 'utf8');
    expect(await succeed('report', path('study'), '-o', '-')).toBe(first);
    const page = pageIn(path('study/report.html')) as StudyPage;
    const results = JSON.parse(readFileSync(path('study/results.json'), 'utf8'));
    expect(page.points).toHaveLength(results.points.length);
    expect(page.verdict[0].title).toContain('Verdict');
    const p99 = page.metrics.findIndex(({ key }) => key === 'p99');
    const bytes = page.metrics.findIndex(({ key }) => key === 'tableBytes');
    const order = page.metrics.findIndex(({ key }) => key === 'allocation');
    page.points.forEach(({ at, answer, figures }, index) => {
      const { values, window, replay } = results.points[index];
      expect(page.axes.map(({ name, values: all }, axis) => [name, all[at[axis]]])).toEqual(
        Object.entries(values),
      );
      expect(answer).toBe(window.errno ?? 'created');
      expect(figures[p99]).toBe(replay?.latency.p99 ?? null);
      expect(figures[bytes]).toBe(window.created ? window.tableBytes : null);
      expect(figures[order]).toBe(window.created ? window.order : window.orderWanted);
    });
  });

  test('wants a directory and the whole study', async () => {
    expect((await tcesim('sweep', '--levels', '2', '--report')).code).toBe(2);
    const shard = ['--shard', '1/2', '-o', path('part')];
    expect((await tcesim('sweep', '--levels', '1,2', '--report', ...shard)).code).toBe(2);
  });
});
