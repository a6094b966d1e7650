import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  hex,
  ibmBit,
  ibmField,
  ibmInsert,
  joinHalves,
  log2Exact,
  lowerHalf,
  upperHalf,
} from '../../models/bits.ts';

const word = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const field = fc
  .tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 0, max: 63 }))
  .map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));

describe('IBM bit numbers', () => {
  test('count from the most significant of 64', () => {
    expect(ibmBit(1n << 63n, 0)).toBe(true);
    expect(ibmBit(1n << 63n, 1)).toBe(false);
    expect(ibmBit(1n, 63)).toBe(true);
    expect(ibmInsert(1n, 0, 0)).toBe(0x8000_0000_0000_0000n);
    expect(ibmInsert(1n, 63, 63)).toBe(1n);
  });

  test('name both ends of a field, inclusive', () => {
    expect(ibmField(0x1234_5678_9abc_def0n, 0, 15)).toBe(0x1234n);
    expect(ibmField(0x1234_5678_9abc_def0n, 48, 63)).toBe(0xdef0n);
    expect(ibmField(0x1234_5678_9abc_def0n, 0, 63)).toBe(0x1234_5678_9abc_def0n);
    expect(ibmField(0x0000_0000_0000_4505n, 48, 50)).toBe(2n);
  });

  test('cut an inserted value to its field, so that neighbours stay zero', () => {
    expect(ibmInsert(0xffn, 48, 50)).toBe(0xe000n);
    expect(ibmInsert(8n, 48, 50)).toBe(0n);
  });

  test('agree with the digits of the binary writing', () => {
    fc.assert(
      fc.property(word, field, (value, { first, last }) => {
        const digits = value.toString(2).padStart(64, '0');
        const wanted = BigInt(`0b${digits.slice(first, last + 1)}`);
        expect(ibmField(value, first, last)).toBe(wanted);
        expect(ibmField(ibmInsert(value, first, last), first, last)).toBe(
          BigInt.asUintN(last - first + 1, value),
        );
        expect(ibmInsert(wanted, first, last)).toBe(
          BigInt(
            `0b${digits
              .slice(first, last + 1)
              .padStart(last + 1, '0')
              .padEnd(64, '0')}`,
          ),
        );
      }),
    );
  });
});

describe('halves of a word', () => {
  test('are unsigned and come back together', () => {
    expect(upperHalf(0xffff_fffe_8000_0001n)).toBe(0xffff_fffe);
    expect(lowerHalf(0xffff_fffe_8000_0001n)).toBe(0x8000_0001);
    fc.assert(
      fc.property(word, (value) => {
        expect(joinHalves(upperHalf(value), lowerHalf(value))).toBe(value);
      }),
    );
  });

  test('may be signed, as cells of an Int32Array are', () => {
    expect(joinHalves(-2, -0x8000_0000)).toBe(0xffff_fffe_8000_0000n);
    fc.assert(
      fc.property(word, (value) => {
        expect(joinHalves(upperHalf(value) | 0, lowerHalf(value) | 0)).toBe(value);
      }),
    );
  });

  test('of a negative number are those of its two’s complement', () => {
    expect(upperHalf(-1n)).toBe(0xffff_ffff);
    expect(lowerHalf(-2n)).toBe(0xffff_fffe);
  });
});

describe('log2Exact', () => {
  test('is exact far above 2^53', () => {
    for (let shift = 0; shift < 64; shift += 1) expect(log2Exact(1n << BigInt(shift))).toBe(shift);
  });

  test('is NaN for all that is no power of two', () => {
    for (const value of [0n, -1n, -4n, 3n, (1n << 60n) + 1n, (1n << 60n) - 1n]) {
      expect(log2Exact(value)).toBeNaN();
    }
  });
});

test('a word is printed as the kernel prints it: lower case, no leading zeros', () => {
  expect(hex(0x0000_0024_0000_4505n)).toBe('0x2400004505');
  expect(hex(0n)).toBe('0x0');
  expect(hex(0xdead_beefn)).toBe('0xdeadbeef');
});
