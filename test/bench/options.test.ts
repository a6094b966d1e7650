import { describe, expect, test } from 'vitest';
import { patternOption, readArguments, wholeOption } from '../../bench/options.ts';

const read = (...args: string[]) => readArguments(args, ['cases', 'requests'], ['BASE', 'NEW']);

describe('arguments', () => {
  test('are options in both spellings, and words between them', () => {
    const { options, words } = read('a', '--cases', 'walk', 'b', '--requests=5');
    expect(options).toEqual({ cases: 'walk', requests: '5' });
    expect(words).toEqual(['a', 'b']);
  });

  test.each([
    [['a', 'b', '--case', 'x'], "unknown option '--case', did you mean 'cases'?"],
    [['a', 'b', '-x'], "unknown option '-x'; known: cases, requests"],
    [['a', 'b', '--cases', '1', '--cases=2'], '--cases: given twice'],
    [['a', 'b', '--cases'], '--cases: expected a value behind it'],
    [['a'], "expected BASE NEW, got 'a'"],
    [[], 'expected BASE NEW, got nothing'],
  ])('%j: %s', (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });

  test('that npm kept for itself, for want of a -- in front of them, are missed', () => {
    const kept = { npm_config_requests: 'true' };
    expect(() => readArguments(['a', 'b', '7'], ['requests'], ['BASE', 'NEW'], kept)).toThrow(
      '--requests: npm kept it; write -- in front of all options',
    );
  });

  test('beyond a range, or no number, are refused with the range', () => {
    const of = (text: string) =>
      wholeOption({ options: { pairs: text }, words: [] }, 'pairs', 9, 7, 1000);
    expect([of('7'), of('1000')]).toEqual([7, 1000]);
    for (const text of ['6', '1001', '-7', '7.5', '', '1e2']) {
      expect(() => of(text)).toThrow(`--pairs: expected a whole number 7..1000, got '${text}'`);
    }
    expect(wholeOption({ options: {}, words: [] }, 'pairs', 9, 7, 1000)).toBe(9);
  });

  test('that are no regular expression are refused', () => {
    const of = (text: string) => patternOption({ options: { cases: text }, words: [] }, 'cases');
    expect(of('^WALK')?.test('walk: 1 level')).toBe(true);
    expect(() => of('(')).toThrow("--cases: expected a regular expression, got '('");
    expect(patternOption({ options: {}, words: [] }, 'cases')).toBeUndefined();
  });
});
