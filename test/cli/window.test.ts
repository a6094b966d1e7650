/** `tcesim window` as a user runs it: its forms of output, and input that cannot be used. */
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { succeed, tcesim, workFolder } from './command.ts';

const path = workFolder();
const FRAGMENTED = path('buddyinfo');
writeFileSync(FRAGMENTED, 'Node 0, zone   Normal   4000 900 200 40 6 1 0 0 0 \n');

const ROW = ['--window', '1T', '--page', '64K', '--levels', '1..3'];

describe('window plan', () => {
  test('has a line for each level count, within 80 columns', async () => {
    const table = await succeed('window', 'plan', ...ROW);
    expect(table).toMatch(/^ +1 +ENOMEM +11 +8 +128 MiB /m);
    expect(table).toMatch(/^ +2 +created +0 +8 +64 KiB$/m);
    expect(table).toMatch(/^ +3 +EINVAL +- +- +- +3 levels/m);
    expect(table.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('says the same in every form', async () => {
    const { lines } = JSON.parse(await succeed('window', 'plan', ...ROW, '--format', 'json'));
    const csv = await succeed('window', 'plan', ...ROW, '--format', 'csv');
    const [head, ...rows] = csv.trimEnd().split('\n');
    expect(head.split(',')).toEqual(Object.keys(lines[0]));
    expect(rows).toHaveLength(3);
    expect(rows[1]).toMatch(/^1099511627776,65536,2,created,0,CREATE,,0,/);
    const markdown = await succeed('window', 'plan', ...ROW, '--format', 'markdown');
    expect(markdown).toMatch(/^\| 2 \| created \| 0 \| 8 \| 64 KiB \| {2}\|$/m);
    expect(lines.map(({ result }: { result: string }) => result)).toEqual([
      'ENOMEM',
      'created',
      'EINVAL',
    ]);
  });

  test('crosses windows, pages and levels', async () => {
    const sizes = ['--window', '2G,64G', '--page', '4K,64K', '--levels', '1,2'];
    const { lines } = JSON.parse(await succeed('window', 'plan', ...sizes, '--format', 'json'));
    expect(
      lines.map((line: Record<string, number>) => [line.windowBytes, line.pageBytes, line.levels]),
    ).toEqual(
      [2 ** 31, 2 ** 36].flatMap((window) =>
        [4096, 65536].flatMap((page) => [1, 2].map((levels) => [window, page, levels])),
      ),
    );
  });

  test('tells what a program does, call by call', async () => {
    const asked = [...ROW, '--policy', 'dpdk', '--format', 'json'];
    const { programs } = JSON.parse(await succeed('window', 'plan', ...asked));
    expect(programs).toHaveLength(1);
    expect(programs[0]).toMatchObject({
      program: 'dpdk',
      creates: 2,
      leakedBytes: 2 ** 28,
      window: { levels: 2, busAddress: '0x0' },
      messages: [],
    });
    const table = await succeed('window', 'plan', ...ROW, '--policy', 'dpdk');
    expect(table).toContain('What DPDK does for 1T, pages of 64K');
    expect(table).toMatch(/^ +4 +CREATE 1T 64K levels=2 +ok/m);
  });

  test('reads the free blocks of a host', async () => {
    const asked = ['--window', '2G', '--page', '4K', '--buddyinfo', FRAGMENTED, '--format', 'json'];
    const { host, lines } = JSON.parse(await succeed('window', 'plan', ...asked));
    expect(host).toMatchObject({ freeBytes: 7048 * 65536, buddyinfo: FRAGMENTED });
    expect(lines[0].result).toBe('ENOMEM');
  });

  test('prints the same twice', async () => {
    const asked = ['window', 'plan', ...ROW, '--policy', 'qemu', '--format', 'json'];
    expect(await succeed(...asked)).toBe(await succeed(...asked));
  });
});

describe('window advise', () => {
  test('names a window and says why', async () => {
    const text = await succeed('window', 'advise', '--window', '1T');
    expect(text).toContain('  Take 64K pages, 2 levels.\n');
    // 2^40 bytes are 2^24 pages of 2^16.
    expect(text).toContain('16,777,216 pages of 64K can be mapped through it at a time, 1 TiB in');
    expect(text).toContain('With memory in huge pages of 2M: 2M pages, 1 level');
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('has best, candidates and reasons in its JSON', async () => {
    const text = await succeed('window', 'advise', '--window', '1T', '--format', 'json');
    const advice = JSON.parse(text);
    expect(advice.best).toEqual(advice.candidates[0]);
    expect(advice.candidates).toHaveLength(20);
    expect(advice.reasons.length).toBeGreaterThan(4);
  });

  test('that finds nothing is an answer, too, and a check that failed', async () => {
    const asked = ['--window', '64G', '--memlock', '64K', '--format', 'json'];
    const { code, stdout, stderr } = await tcesim('window', 'advise', ...asked);
    expect([code, stderr]).toEqual([4, '']);
    const advice = JSON.parse(stdout);
    expect(advice.best).toBeNull();
    expect(advice.improvements[0].change).toBe('a higher ulimit -l');
  });
});

describe('input that cannot be used', () => {
  test.each([
    [
      ['plan', '--levels', '5..1'],
      "--levels: expected 2, 1,3 or 1..3, between 1 and 5, got '5..1'",
    ],
    [['plan', '--policy', 'qmeu'], "--policy: unknown program 'qmeu', did you mean 'qemu'?"],
    [['advise', '--device-mask', '65'], "--device-mask: expected 1..64 bits, got '65'"],
    [['advise', '--mapped', '2T'], "--mapped: expected at most the window's 1T, got 2T"],
  ])('%j is one line', async (words, message) => {
    const [verb, ...flags] = words;
    expect(await tcesim('window', verb, '--window', '1T', ...flags)).toEqual({
      code: 3,
      stdout: '',
      stderr: `tcesim: ${message}\n`,
    });
  });

  test.each([
    [
      ['--policy', 'qemu', '--format', 'csv'],
      '--policy expected with table, json or markdown, got csv',
    ],
    [['--window', '2T'], "--window expected once, got '1T' and '2T'"],
  ])('%j is a matter of usage', async (flags, message) => {
    expect(await tcesim('window', 'plan', '--window', '1T', ...flags)).toEqual({
      code: 2,
      stdout: '',
      stderr: `tcesim: window plan: ${message}\n`,
    });
  });

  test('the free memory of an x86 host says step by step how it is asked about', async () => {
    const file = path('x86');
    writeFileSync(file, `Node 0, zone   Normal ${'1000 '.repeat(11)}\n`);
    const asked = ['window', 'plan', '--window', '2G', '--buddyinfo', file];
    const first = await tcesim(...asked);
    expect(first.stderr).toMatch(/got 11, as x86 has with 4K pages: --page-size 4K takes it\n$/);
    const second = await tcesim(...asked, '--page-size', '4K');
    expect(second.stderr).toMatch(/as with 4K: --kernel 6\.12-4k has such pages\n$/);
    const third = await tcesim(...asked, '--page-size', '4K', '--kernel', '6.12-4k');
    expect([third.code, third.stdout]).toEqual([0, expect.stringContaining('created')]);
  });

  test.each(['plan', 'advise'])('%s without a window is a matter of usage', async (verb) => {
    expect(await tcesim('window', verb)).toEqual({
      code: 2,
      stdout: '',
      stderr: `tcesim: window ${verb}: no window; give one with --window SIZE, as 1T\n`,
    });
  });
});
