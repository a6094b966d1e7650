/** Small text files: what is read, and how much of it. */
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readTextFile } from '../../sim/text-file.ts';
import { workFolder } from './command.ts';

const inFolder = workFolder();

function fileOf(name: string, text: string): string {
  const path = inFolder(name);
  writeFileSync(path, text);
  return path;
}

describe('a text file', () => {
  test('is read whole up to its bound, and refused a byte beyond it', () => {
    const path = fileOf('ten.txt', '0123456789');
    expect(readTextFile(path, 10)).toBe('0123456789');
    expect(() => readTextFile(path, 9, ' (a hint)')).toThrow(
      `${path}: expected at most 9 bytes, got more (a hint)`,
    );
    expect(readTextFile(fileOf('empty.txt', ''), 10)).toBe('');
  });

  test('keeps a character of two bytes that lies across two reads of 1 MiB', () => {
    const text = `${'a'.repeat(2 ** 20 - 1)}ü${'b'.repeat(2 ** 20)}`;
    expect(readTextFile(fileOf('long.txt', text), 2 ** 22)).toBe(text);
  });

  test('without an end is read up to the bound and refused', () => {
    expect(() => readTextFile('/dev/zero', 2 ** 21)).toThrow(
      '/dev/zero: expected at most 2097152 bytes, got more',
    );
  });

  test('that is none is told in one line', () => {
    expect(() => readTextFile(inFolder('none'), 10)).toThrow(/none: no such file$/);
    expect(() => readTextFile(inFolder('.'), 10)).toThrow(/: expected a file, got a directory$/);
  });
});
