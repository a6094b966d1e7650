/** `tcesim vfio`: scripts performed and checked from the command line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { start, succeed, tcesim, workFolder } from './command.ts';

const path = workFolder();
const data = (name: string) =>
  fileURLToPath(new URL(`../../docs/examples/vfio/recorded/${name}`, import.meta.url));
const CAPTURE = data('pn9-64k-vfio.ioctls.txt');
const TABLES = data('pn9-64k-vfio.tables.jsonl');
const PSERIES = data('ps64k-vfio.ioctls.txt');
const BUDDYINFO = path('host.buddyinfo');
writeFileSync(BUDDYINFO, 'Node 0, zone Normal 4000 900 200 40 6 1 0 0 0\n');

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
    expect(stderr).toContain(`altered.txt:${at + 1}: MAP: wanted rc=-22(EINVAL), got rc=0\n`);
    expect(stderr).toContain('504 results compared, 503 agree, 1 differs');
  });

  test('without --check is not compared', async () => {
    writeFileSync(path('wrong.txt'), 'REMOVE start=0x0 rc=-22(EINVAL)\n');
    const { code, stdout, stderr } = await tcesim('vfio', path('wrong.txt'));
    expect([code, stdout, stderr]).toEqual([0, 'REMOVE start=0x0 rc=0\n', '']);
  });
});

/** The tables of the first DUMP. */
const ROW = readFileSync(TABLES, 'utf8')
  .split('\n')
  .find((line) => line.includes('"pe": 509')) as string;

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
    [
      'of a DUMP before the first',
      `${ROW.replace('"seq": 1', '"seq": 0')}\n`,
      /:1: seq: expected the number of a DUMP, 1 or more/,
    ],
    [
      'given twice',
      `${ROW}\n${ROW}\n`,
      /:2: DUMP 1 of PHB 0, TVE 1018: expected once, got it in line 1/,
    ],
    [
      'entries without a number',
      ROW.replace('"0": ', '"abc": '),
      /:1: .*0x2320000: .* below 16384, got "abc"/,
    ],
    ['entries before the first', ROW.replace('"0": ', '"-1": '), /below 16384, got "-1"/],
    ['entries behind the last', ROW.replace('"0": ', '"16384": '), /below 16384, got "16384"/],
    ['nothing', '\n', /: expected tables, got none/],
  ])('that are %s are refused', async (_what, text, message) => {
    writeFileSync(path('bad.jsonl'), text);
    const { code, stderr } = await tcesim('vfio', CAPTURE, '--tables', path('bad.jsonl'));
    expect(stderr).toMatch(message);
    expect(code).toBe(3);
  });
});

describe('a script that cannot be performed', () => {
  test('is refused before anything is performed where a line is wrong', async () => {
    writeFileSync(path('wrong.vfio'), 'REMOVE start=0\nCRAETE page_shift=16\nREMOVE start=0\n');
    const { code, stdout, stderr } = await tcesim('vfio', path('wrong.vfio'));
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toBe(
      `tcesim: ${path('wrong.vfio')}:2: unknown call 'CRAETE', did you mean 'CREATE'?\n`,
    );
  });

  test('keeps printed what was done where a call finds something missing', async () => {
    writeFileSync(path('short.vfio'), 'REMOVE start=0\nGET_INFO container=a\nREMOVE start=0\n');
    const { code, stdout, stderr } = await tcesim('vfio', path('short.vfio'));
    expect([code, stdout]).toEqual([3, 'REMOVE start=0x0 rc=0\n']);
    expect(stderr).toContain("short.vfio:2: GET_INFO container: no container 'a' is open");
  });

  test('has what was done in its JSON, too', async () => {
    const { code, stdout } = await tcesim('vfio', path('short.vfio'), '--format', 'json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout).lines).toHaveLength(1);
  });

  test('writes no tables', async () => {
    const script = 'DUMP one\nGET_INFO container=a\n';
    const args = ['vfio', '-', '--dump', path('none.jsonl')];
    expect((await start(args, script).ended).code).toBe(3);
    expect(() => readFileSync(path('none.jsonl'))).toThrow('ENOENT');
  });

  test.each([
    [['--kernel', '3.10'], '--kernel: expected 4.2 or later'],
    [['--phb', 'phb9'], "--phb: unknown PHB 'phb9'; known: phb3, phb4, phb4-small, phb5"],
    [['--huge', '3M'], '--huge: expected a power of two'],
    [
      ['--huge', '64K'],
      "--huge: expected a power of two above the kernel's page, at most 16G, got '64K'",
    ],
    [['--huge', '8E'], "--huge: expected a power of two above the kernel's page, at most 16G"],
    [['--memlock', 'much'], "--memlock: expected a size such as 64K or 2G, got 'much'"],
    [['--dma32', 'x'], "--dma32: expected a size such as 64K or 2G, got 'x'"],
    [['--dma32', '8G'], "--dma32: expected a power of two from 1M to 2G, got '8G'"],
    [['--dma32', '0'], "--dma32: expected a power of two from 1M to 2G, got '0'"],
    [['--dma32', '3G'], '--dma32: expected a power of two from 1M to 2G'],
    [
      ['--kernel', '6.12-pseries-64k', '--phb', 'phb4'],
      "--phb: expected with a powernv kernel only, got 'phb4'",
    ],
    [['--node', '1'], "--node: expected with --buddyinfo only, got '1'"],
    [
      ['--kernel', '4.2', '--buddyinfo', BUDDYINFO],
      '--ram: expected with --buddyinfo and Linux 4.2',
    ],
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

describe('what is no script', () => {
  test.each([
    [
      'a binary file',
      Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0]),
      ':1: expected a line of text, got the byte 0x7f',
    ],
    ['an escape', 'REMOVE start=0\n# \x1b[2J\n', ':2: expected a line of text, got the byte 0x1b'],
    ['a NUL', 'REMOVE start=0\n\0\n', ':2: expected a line of text, got the byte 0x0'],
    [
      'another file',
      'Node 0, zone   Normal 1 2 3\n',
      ": expected lines with calls, as 'REMOVE start=0'",
    ],
    ['nothing', '', ': expected a script, got no lines'],
  ])('%s is refused and not printed', async (_what, text, message) => {
    const { code, stdout, stderr } = await start(['vfio', '-'], text).ended;
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(`standard input${message}`);
  });

  test('a folder is no script, and without any it is a matter of usage', async () => {
    const folder = await tcesim('vfio', 'docs');
    expect([folder.code, folder.stderr]).toEqual([
      3,
      'tcesim: docs: expected a script, got a directory\n',
    ]);
    const none = await tcesim('vfio');
    expect([none.code, none.stderr]).toEqual([
      2,
      'tcesim: vfio: expected SCRIPT, or - for standard input\n',
    ]);
  });
});

test('a pseries session under a powernv kernel is told what else to try', async () => {
  const hint = 'GET_INFO has levels=1, as on pseries: try --kernel 6.12-pseries-64k';
  expect((await tcesim('vfio', PSERIES, '--check')).stderr).toContain(hint);
  const { stderr } = await tcesim('vfio', CAPTURE, '--check', '--kernel', '6.12-pseries-64k');
  expect(stderr).not.toContain('try --kernel');
});

test('memory that is counted is enough for a pseries kernel of any version', async () => {
  const flags = ['--kernel', '4.2-pseries-64k', '--container', 'v1', '--buddyinfo', BUDDYINFO];
  const { code, stdout } = await start(['vfio', '-', ...flags], 'ENABLE\n').ended;
  expect([code, stdout]).toEqual([0, 'ENABLE rc=0\n']);
});

test('memory that is counted keeps the watermarks of a host whose size is told', async () => {
  // 49152 blocks of order 0 are 3 GiB; of 1T, 3/8 of min are below that, of --min-free 16G not.
  const script = 'REMOVE start=0\nCREATE page_shift=16 window_size=1T levels=2\n';
  const answer = async (...flags: string[]) => {
    const { stdout } = await start(['vfio', '-', '--buddyinfo', BUDDYINFO, ...flags], script).ended;
    return /CREATE.* rc=(\S+)/.exec(stdout)?.[1];
  };
  writeFileSync(BUDDYINFO, 'Node 0, zone Normal 49152 0 0 0 0 0 0 0 0\n');
  expect(await answer()).toBe('0');
  expect(await answer('--ram', '1T')).toBe('0');
  expect(await answer('--ram', '1T', '--min-free', '16G')).toBe('-12(ENOMEM)');
  const buddy = await tcesim('buddy', BUDDYINFO, '--ram', '1T', '--min-free', '16G');
  expect(buddy.stdout).not.toMatch(/\d[GT] \(/);
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
    { where: 'standard input:2: CREATE', wanted: 'rc=0', got: 'rc=-22(EINVAL)' },
  ]);
  expect(code).toBe(4);
});
