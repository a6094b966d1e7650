/** `tcesim check`: what files are, and which cannot be used. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { succeed, tcesim } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'tcesim-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

test.each([
  ['docs/examples/freeze.yaml', 'scenario of a PHB4, POWER9, 512 PEs, freeze.yaml: 13 rows'],
  [
    'docs/studies/canonical.yaml',
    'plan of 3,840 points: kernel, host, page, window, levels, trace',
  ],
  ['docs/examples/vfio/two-windows.vfio', 'script of 5 VFIO calls'],
  ['traces/samples/p9-fio.qemu.log', 'trace, 327 rows'],
  ['traces/samples/p9-vfio.jsonl', /^trace, [\d,]+ rows$/],
])('%s is told by its content', async (file, words) => {
  const [name, told] = (await succeed('check', file)).trimEnd().split(/: (.*)/s);
  expect(name).toBe(file);
  expect(told).toEqual(typeof words === 'string' ? words : expect.stringMatching(words));
});

test('a scenario without a trace is one for --trace', async () => {
  const file = written('bare.yaml', 'phb: phb5\n');
  expect(await succeed('check', file)).toBe(
    `${file}: scenario of a PHB5, POWER10, 512 PEs, without a trace\n`,
  );
});

test('lines that cannot be read are counted', async () => {
  const file = written(
    't.csv',
    'time_ns,op,rid,pe,address,length\n0,read,01:00.0,1,0x0,64\n1,raed,01:00.0,1,0x0,64\n',
  );
  expect(await succeed('check', file)).toBe(`${file}: trace, 1 row; 1 line cannot be read\n`);
});

test('each file that cannot be used is a line, and the others are told all the same', async () => {
  const plan = written('plan.yaml', 'vary:\n  lewels: 1\n');
  const scenario = written('scenario.yaml', 'phb: phb4\nset:\n  tceCache.ways: 3\n');
  const cut = written('cut.vfio', 'CREATE page_shift=x\n');
  const { code, stdout, stderr } = await tcesim(
    'check',
    plan,
    'docs/examples/freeze.yaml',
    scenario,
    cut,
    'none.arrow',
  );
  expect(code).toBe(3);
  expect(stdout).toMatch(/^docs\/examples\/freeze\.yaml: scenario .*\n$/);
  const lines = stderr.trimEnd().split('\n');
  expect(lines).toEqual([
    `tcesim: ${plan}:2:3: vary.lewels: unknown key, did you mean 'levels'?`,
    expect.stringMatching(
      /scenario\.yaml.*tceCache\.ways: expected a divisor of 1024 \(tceCache\.entries\), got 3$/,
    ),
    expect.stringMatching(/cut\.vfio:1: .*page_shift/),
    'tcesim: none.arrow: no such file',
  ]);
});
