/** The gate: its pairs on builds with known times, its verdicts, and the program on a build and itself. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Build, Question } from '../../bench/build-talk.ts';
import { measurePairs } from '../../bench/pairs.ts';
import { verdictOf } from '../../bench/verdict.ts';

const NAMES = ['a', 'b', 'c'];

/** A build whose runs take so long, and that writes down what it is asked. */
function buildOf(mark: string, microseconds: number, asked: string[], digest = 'same'): Build {
  return {
    names: NAMES,
    async ask({ name, runs, wantsDigest }: Question) {
      asked.push(`${mark}${name}${runs}`);
      return { cpuMicroseconds: runs * microseconds, ...(wantsDigest && { digest }) };
    },
  };
}

describe('pairs', () => {
  test('are ratios of the new time to that of the base', async () => {
    const builds = [buildOf('base ', 10_000, []), buildOf('new ', 12_000, [])] as const;
    const pairs = await measurePairs(...builds, NAMES, 7);
    expect(pairs.map(({ name }) => name)).toEqual(NAMES);
    for (const { ratios } of pairs) expect(ratios).toEqual(Array(7).fill(1.2));
  });

  test('rotate the cases, and begin with each build in turn', async () => {
    const asked: string[] = [];
    const builds = [buildOf('-', 60_000, asked), buildOf('+', 60_000, asked)] as const;
    await measurePairs(...builds, NAMES, 3);
    expect(asked.slice(-3 * 2 * 3).join(' ')).toBe(
      '-a1 +a1 +b1 -b1 -c1 +c1 +b1 -b1 -c1 +c1 +a1 -a1 -c1 +c1 +a1 -a1 -b1 +b1',
    );
  });

  test('repeat what is short until it takes 50 ms, both builds as often', async () => {
    const asked: string[] = [];
    const builds = [buildOf('-', 20_000, asked), buildOf('+', 10_000, asked)] as const;
    await measurePairs(...builds, ['a'], 1);
    expect(asked.slice(-2)).toEqual(['-a3', '+a3']);
  });

  test('are not made where the answers differ', async () => {
    const builds = [buildOf('-', 1000, []), buildOf('+', 1000, [], 'other')] as const;
    const [pair] = await measurePairs(...builds, ['a'], 7);
    expect(pair).toEqual({ name: 'a', isSameAnswer: false, ratios: [] });
  });
});

describe('a verdict', () => {
  const of = (...starts: number[][]) =>
    verdictOf(
      'a',
      starts.map((ratios) => ({ name: 'a', isSameAnswer: true, ratios })),
    );
  const even = (ratio: number) => [ratio, ratio, ratio];

  test('is against a build that is slower by more than 5 % in all of the interval', () => {
    expect(of(even(1.06), even(1.06), even(1.08))).toEqual({
      passes: false,
      text: 'a: 1.060 (1.060..1.080) slower',
    });
    expect(of(even(1.05), even(1.05), even(1.05)).passes).toBe(true);
    expect(of(even(0.8), even(0.8), even(0.8)).passes).toBe(true);
  });

  test('is for a build that was as fast as the base in one start of three', () => {
    const { passes, text } = of(even(1.2), even(1.0), even(1.2));
    expect(passes).toBe(true);
    expect(text).toBe('a: 1.200 (1.000..1.200)');
  });

  test('is against a build that answers something else', () => {
    expect(verdictOf('a', [{ name: 'a', isSameAnswer: false, ratios: [] }])).toEqual({
      passes: false,
      text: 'a: no digests in common',
    });
  });
});

describe('the program', () => {
  const dist = fileURLToPath(new URL('../../dist', import.meta.url));
  const gate = (...args: string[]) =>
    spawnSync(process.execPath, [`${dist}/bench/gate.js`, ...args], { encoding: 'utf8' });

  test('compares a build with itself, and its exit code says how many cases fail', () => {
    const { status, stdout } = gate(
      ...[dist, dist, '--pairs', '7', '--cases', 'half misses', '--requests', '2000'],
    );
    const [line, summary] = stdout.split('\n');
    expect(line).toMatch(/^unit: half misses: \d\.\d{3} \(\d\.\d{3}\.\.\d\.\d{3}\)( slower)?$/);
    expect(summary).toMatch(
      /^[01] of 1 cases fail \(new\/base at most 1\.05, 7 pairs in 3 starts\)$/,
    );
    expect(status).toBe(summary.startsWith('0') ? 0 : 4);
  });

  test('tells in one line what it cannot use, with exit code 3', () => {
    const { status, stderr } = gate('nowhere', dist);
    expect(stderr).toBe(
      "bench:gate: BASE_DIST: expected a build with bench/build-worker.js, got 'nowhere'\n",
    );
    expect(status).toBe(3);
    expect(gate(dist, dist, '--pairs', '6').stderr).toContain('--pairs: expected a whole number 7');
  });
});
