/** The oracle's own decoders, on vectors that skiboot, Linux and QEMU agree on. */
import { expect, test } from 'vitest';
import { killScopeOf, pestOf, windowOf } from './formats.ts';

const SHIFTS = [12, 16, 21, 30];

test('a TVE of three levels, 64 KiB pages and tables', () => {
  expect(windowOf(0x0000_0024_0000_4505n, SHIFTS)).toEqual({
    kind: 'translated',
    root: 0x2_4000_0000n,
    levels: 3,
    indexBits: 13n,
    pageShift: 16n,
  });
});

test('untranslated TVEs: 512 GiB, 1 to 2 TiB, and unchecked', () => {
  const range = (word: bigint) => windowOf(word, SHIFTS);
  const GIB_512 = (1n << 39n) >> 24n;
  expect(range(0x8000_1080n)).toEqual({ kind: 'untranslated', start: 0n, end: GIB_512 });
  const [start, end] = [GIB_512 * 2n, GIB_512 * 4n];
  expect(range(0x0100_0002_0000_1080n)).toEqual({ kind: 'untranslated', start, end });
  expect(range(0x1000n)).toEqual({ kind: 'untranslated', start: 0n, end: 1n << 26n });
});

test.each([0n, 0x1_a105n, 0x1_0005n, 0x1_0102n, 0x80n])('TVE %i is invalid', (word) => {
  expect(windowOf(word, SHIFTS)).toEqual({ kind: 'invalid' });
});

test('kills of all, of a PE, of a 64 KiB page, and of nothing', () => {
  expect(killScopeOf(1n << 63n)).toEqual({ kind: 'all' });
  expect(killScopeOf(0x4000_0000_0000_0005n)).toEqual({ kind: 'pe', pe: 5 });
  const start = 0x0800_0000_1234_0000n;
  const page = { kind: 'page', pe: 5, start, end: start + 0x1_0000n };
  expect(killScopeOf(0x3800_0000_1234_1005n)).toEqual(page);
  expect(killScopeOf(0x3000_0000_0000_0005n)).toBeUndefined();
});

test('PEST words of a read page fault and a write access fault', () => {
  const address = 0x0800_0000_0000_1000n;
  const read = pestOf({ outcome: 'page-fault', isWrite: false, rid: 0x100, address });
  expect(read).toEqual({ pest0: 0x0200_2000_0100_0000n, pest1: address });
  const write = pestOf({ outcome: 'access-fault', isWrite: true, rid: 0x100, address });
  expect(write.pest0).toBe(0x0000_1000_0100_0000n);
});
