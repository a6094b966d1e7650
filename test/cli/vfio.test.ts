/** `tcesim vfio`: scripts performed and checked from the command line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { start, succeed, tcesim, workFolder } from './command.ts';

const path = workFolder();
const data = (name: string) => fileURLToPath(new URL(`../vfio/data/${name}`, import.meta.url));
const CAPTURE = data('pn9-64k-vfio.ioctls.txt');
const TABLES = data('pn9-64k-vfio.tables.jsonl');
const PSERIES = data('ps64k-vfio.ioctls.txt');

describe('a capture', () => {
  test('comes out as it went in, and agrees with its tables', async () => {
    const { code, stdout, stderr } = await tcesim('vfio', CAPTURE, '--check', '--tables', TABLES);
    expect(stdout).toBe(readFileSync(CAPTURE, 'utf8'));
    expect(stderr).toContain('504 results compared, 504 agree, 0 differ');
    expect(stderr).toContain(
      '22 table dumps compared, 240 TCEs in 176 blocks agree, 0 differences',
    );
    expect(code).toBe(0);
  });

  test('of a pseries host agrees under a pseries kernel only', async () => {
    const { code, stdout } = await tcesim(
      'vfio',
      PSERIES,
      '--check',
      '--kernel',
      '6.12-pseries-64k',
    );
    expect(stdout).toBe(readFileSync(PSERIES, 'utf8'));
    expect(code).toBe(0);
    expect((await tcesim('vfio', PSERIES, '--check')).code).toBe(4);
  });

  test('through standard input is the same', async () => {
    const script = readFileSync(CAPTURE);
    const { code, stdout } = await start(['vfio', '-', '--check'], script).ended;
    expect([code, stdout]).toEqual([0, script.toString()]);
  });

  test('with one altered result names the line, ends with 4 and prints what we answer', async () => {
    const lines = readFileSync(CAPTURE, 'utf8').split('\n');
    const at = lines.findIndex((line) => line.startsWith('MAP'));
    const altered = lines.with(at, lines[at].replace('rc=0', 'rc=-22(EINVAL)'));
    writeFileSync(path('altered.txt'), altered.join('\n'));
    const { code, stdout, stderr } = await tcesim('vfio', path('altered.txt'), '--check');
    expect(code).toBe(4);
    expect(stdout).toBe(lines.join('\n'));
    expect(stderr).toContain(`altered.txt:${at + 1}: wanted rc=-22(EINVAL), got rc=0\n`);
    expect(stderr).toContain('504 results compared, 503 agree, 1 differ');
  });

  test('without --check is not compared', async () => {
    writeFileSync(path('wrong.txt'), 'REMOVE start=0x0 rc=-22(EINVAL)\n');
    const { code, stdout, stderr } = await tcesim('vfio', path('wrong.txt'));
    expect([code, stdout, stderr]).toEqual([0, 'REMOVE start=0x0 rc=0\n', '']);
  });
});

describe('tables', () => {
  test('are written to a file that --tables reads', async () => {
    await succeed('vfio', CAPTURE, '--dump', path('ours.jsonl'));
    const { code, stderr } = await tcesim('vfio', CAPTURE, '--tables', path('ours.jsonl'));
    expect(stderr).toContain('22 table dumps compared, 240 TCEs in 176 blocks agree');
    expect(code).toBe(0);
  });

  test('with one altered TCE are named with the line of their DUMP', async () => {
    const text = readFileSync(TABLES, 'utf8');
    writeFileSync(path('altered.jsonl'), text.replaceAll('0x17b00003', '0x17b10003'));
    const { code, stderr } = await tcesim('vfio', CAPTURE, '--tables', path('altered.jsonl'));
    expect(code).toBe(4);
    expect(stderr).toContain(
      'ioctls.txt:33: TVE 0: wanted TCE of 0x0 0x17b10003, got 0x17b00003\n',
    );
  });

  test.each([
    ['no JSON', 'x\n', /:1: expected a JSON object, got 'x'/],
    ['another object', '{"seq": 1}\n', /:1: at: /],
    ['a number that is none', '{"seq": "a"}\n', /:1: seq: /],
    ['nothing', '\n', /: expected tables, got none/],
  ])('that are %s are refused', async (_what, text, message) => {
    writeFileSync(path('bad.jsonl'), text);
    const { code, stderr } = await tcesim('vfio', CAPTURE, '--tables', path('bad.jsonl'));
    expect(stderr).toMatch(message);
    expect(code).toBe(3);
  });
});

describe('a script that cannot be performed', () => {
  test('keeps printed what was done before, and ends with 3', async () => {
    writeFileSync(path('short.vfio'), 'REMOVE start=0\nCRAETE page_shift=16\nREMOVE start=0\n');
    const { code, stdout, stderr } = await tcesim('vfio', path('short.vfio'));
    expect([code, stdout]).toEqual([3, 'REMOVE start=0x0 rc=0\n']);
    expect(stderr).toBe(
      `tcesim: ${path('short.vfio')}:2: unknown call 'CRAETE', did you mean 'CREATE'?\n`,
    );
  });

  test('has what was done in its JSON, too', async () => {
    const { code, stdout } = await tcesim('vfio', path('short.vfio'), '--format', 'json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout).lines).toHaveLength(1);
  });

  test('writes no tables', async () => {
    const script = 'DUMP one\nCRAETE\n';
    const args = ['vfio', '-', '--dump', path('none.jsonl')];
    expect((await start(args, script).ended).code).toBe(3);
    expect(() => readFileSync(path('none.jsonl'))).toThrow('ENOENT');
  });

  test.each([
    [['--kernel', '3.10'], '--kernel: expected 4.2 or later'],
    [['--phb', 'phb9'], "phb: unknown PHB 'phb9', did you mean 'phb3'?"],
    [['--huge', '3M'], '--huge: expected a power of two'],
    [['--huge', '64K'], "--huge: expected a power of two above the kernel's page, got '64K'"],
    [['--memlock', 'much'], "--memlock: expected a size such as 64K or 2G, got 'much'"],
    [['--dma32', 'x'], "--dma32: expected a size such as 64K or 2G, got 'x'"],
    [['--ram', '0'], '--ram: expected more than 0'],
    [['--tables', 'none.jsonl'], 'none.jsonl: no such file'],
    [['--buddyinfo', 'none'], 'none: no such file'],
    [
      ['--kernel', '6.12-pseries-64k', '--dump', 'x'],
      '--dump: expected with a powernv kernel only',
    ],
    [['--check'], 'expected lines with results to compare, got none'],
  ])('%j: %s', async (flags, message) => {
    const { code, stderr } = await start(['vfio', '-', ...flags], 'REMOVE start=0\n').ended;
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(code).toBe(3);
  });

  test('is not written over by its own tables', async () => {
    writeFileSync(path('own.vfio'), 'DUMP one\n');
    const { code, stderr } = await tcesim('vfio', path('own.vfio'), '--dump', path('own.vfio'));
    expect([code, readFileSync(path('own.vfio'), 'utf8')]).toEqual([3, 'DUMP one\n']);
    expect(stderr).toContain('would overwrite the script');
  });

  test.each([
    [['--container', 'v3']],
    [['--format', 'xml']],
    [['--dump', '-', '--format', 'json']],
  ])('%j is a matter of usage', async (flags) => {
    expect((await start(['vfio', '-', ...flags], 'DUMP one\n').ended).code).toBe(2);
  });
});

test('--why gives reasons as comments, and only then', async () => {
  const script = 'REMOVE start=0\nCREATE page_shift=16 window_size=1T levels=1\n';
  const { stdout } = await start(['vfio', '-', '--why'], script).ended;
  expect(stdout).toContain(
    "# level 0 of the hardware table wants a block of order 11 (128 MiB), the kernel's largest is order 8 (16 MiB)\n",
  );
  expect((await start(['vfio', '-'], script).ended).stdout).not.toContain('#');
});

test('JSON has inputs, results, reasons and the account of a check', async () => {
  const script = 'REMOVE start=0\nCREATE page_shift=16 window_size=1T levels=3 rc=0\n';
  const args = ['vfio', '-', '--check', '--format', 'json'];
  const { code, stdout } = await start(args, script).ended;
  const { lines, results, differences } = JSON.parse(stdout);
  expect(lines[1]).toMatchObject({
    line: 2,
    call: 'CREATE',
    inputs: { page_shift: 16, window_size: '0x10000000000', levels: 3 },
    results: { rc: -22, start: '0x0' },
    isRefused: true,
    remarks: [expect.stringContaining('55 address bits'), expect.stringContaining('charged')],
  });
  expect(results).toEqual({ compared: 1, differing: 1, unseen: 0 });
  expect(differences).toEqual([
    { where: 'standard input:2', wanted: 'rc=0', got: 'rc=-22(EINVAL)' },
  ]);
  expect(code).toBe(4);
});
