import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Word, wordOf } from '../../traces/word.ts';
import { WordMap } from '../../traces/word-map.ts';

const LIMIT = 1n << 64n;
const any64 = fc.oneof(
  fc.bigInt({ min: 0n, max: LIMIT - 1n }),
  fc.constantFrom(0n, 1n, 0x7fffffffn, 0x80000000n, 0xffffffffn, 1n << 32n, 1n << 63n, LIMIT - 1n),
);

describe('a word', () => {
  test('adds, subtracts and compares as the unsigned 64-bit number that it is', () => {
    fc.assert(
      fc.property(any64, any64, (a, b) => {
        expect(wordOf(a).toBigInt()).toBe(a);
        expect(wordOf(a).add(wordOf(b)).toBigInt()).toBe((a + b) % LIMIT);
        expect(wordOf(a).subtract(wordOf(b)).toBigInt()).toBe((a - b + LIMIT) % LIMIT);
        expect(wordOf(a).isBelow(wordOf(b))).toBe(a < b);
        expect(wordOf(a).equals(wordOf(b))).toBe(a === b);
      }),
    );
  });

  test('goes on by a number below 2^53, in place or as a new word', () => {
    fc.assert(
      fc.property(any64, fc.maxSafeNat(), (from, count) => {
        const word = wordOf(from);
        const sum = (from + BigInt(count)) % LIMIT;
        expect(word.plus(count).toBigInt()).toBe(sum);
        expect(word.toBigInt()).toBe(from);
        expect(word.advance(count).toBigInt()).toBe(sum);
        expect(word.toBigInt()).toBe(sum);
      }),
    );
  });

  test('tells a distance below 2^32, and nothing of a larger one', () => {
    fc.assert(
      fc.property(any64, fc.nat(), (from, distance) => {
        const to = (from + BigInt(distance)) % LIMIT;
        expect(wordOf(to).distanceFrom(wordOf(from))).toBe(distance);
      }),
    );
    expect(wordOf(1n << 33n).distanceFrom(wordOf(0n))).toBe(-1);
    expect(wordOf(0x1000n).distanceFrom(wordOf(0x2000n))).toBe(-1);
  });

  test('is shifted exactly up to 64 bits, and says where it is not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.nat(63), (units, shift) => {
        const exact = BigInt(units) << BigInt(shift);
        const word = new Word();
        expect(word.setShifted(units, shift)).toBe(exact < LIMIT);
        if (exact < LIMIT) expect(word.toBigInt()).toBe(exact);
      }),
    );
  });
});

describe('a map of words', () => {
  test('holds what a Map of BigInt holds', () => {
    const map = new WordMap();
    const model = new Map<bigint, bigint>();
    const found = new Word();
    for (let turn = 0n; turn < 20_000n; turn += 1n) {
      // Steps of a table, with jumps between three memories far apart.
      const key = ((turn % 3n) << 40n) + (turn % 5000n) * 8n;
      map.set(wordOf(key), wordOf(turn << 12n));
      model.set(key, turn << 12n);
    }
    for (const [key, value] of model) {
      expect(map.get(wordOf(key), found)).toBe(true);
      expect(found.toBigInt()).toBe(value);
    }
    expect(map.get(wordOf(4n), found)).toBe(false);
    expect(map.isComplete).toBe(true);
  });

  test('forgets everything beyond its bound, and knows that it did', () => {
    const map = new WordMap();
    const key = new Word();
    for (let turn = 0; turn < 2 ** 21; turn += 1) map.set(key.set(turn & 7, turn), key);
    expect(map.isComplete).toBe(true);
    map.set(key.set(9, 9), key);
    expect(map.isComplete).toBe(false);
    expect(map.get(new Word(), key)).toBe(false);
    expect(map.get(new Word().set(9, 9), key)).toBe(true);
  });
});
