import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../models/input-error.ts';
import { describeBytes, formatSize, parseSize } from '../../models/size.ts';

describe('a written size', () => {
  test.each([
    ['0', 0n],
    ['4096', 4096n],
    ['4K', 4096n],
    ['64k', 65_536n],
    ['64KiB', 65_536n],
    ['64KB', 65_536n],
    [' 2M ', 2_097_152n],
    ['16M', 16_777_216n],
    ['1G', 1_073_741_824n],
    ['1T', 1_099_511_627_776n],
    ['2P', 2_251_799_813_685_248n],
    ['8E', 1n << 63n],
    ['512B', 512n],
    ['0x10000', 65_536n],
    ['0x10M', 16n << 20n],
    ['18446744073709551615', (1n << 64n) - 1n],
  ])('%j is read exactly', (text, bytes) => {
    expect(parseSize(text, 'window')).toBe(bytes);
  });

  test.each([
    '',
    ' ',
    'K',
    '-1',
    '+1',
    '1.5G',
    '64KK',
    '4 K',
    '1e6',
    '0x',
    '0xg',
    '64Z',
    'Infinity',
    '٣',
  ])('%j is refused with the name of what was asked and what was got', (text) => {
    expect(() => parseSize(text, 'window')).toThrow(InputError);
    expect(() => parseSize(text, 'window')).toThrow(
      `window: expected a size such as 64K or 2G, got '${text}'`,
    );
  });
});

describe('a printed size', () => {
  test.each([
    ['0', 0n],
    ['1', 1n],
    ['1023', 1023n],
    ['1K', 1024n],
    ['1536', 1536n],
    ['64K', 65_536n],
    ['65537', 65_537n],
    ['1T', 1n << 40n],
    ['1536G', 3n << 39n],
    ['8E', 1n << 63n],
    ['1024E', 1n << 70n],
  ])('is exact and takes the largest unit that divides it: %s', (text, bytes) => {
    expect(formatSize(bytes)).toBe(text);
  });

  test('takes plain numbers as well', () => {
    expect(formatSize(2 ** 21)).toBe('2M');
  });

  test('is read back as the same number of bytes', () => {
    const anySize = fc
      .tuple(fc.bigInt({ min: 0n, max: (1n << 20n) - 1n }), fc.integer({ min: 0, max: 60 }))
      .map(([value, shift]) => (value << BigInt(shift)) % (1n << 64n));
    fc.assert(
      fc.property(anySize, (bytes) => {
        expect(parseSize(formatSize(bytes), 'size')).toBe(bytes);
      }),
    );
  });
});

test.each([
  ['0 B', 0],
  ['1023 B', 1023],
  ['1 KiB', 1024],
  ['1.5 KiB', 1536],
  ['4.1 MiB', 4_299_162],
  ['1 GiB', 1n << 30n],
  ['128.1 MiB', 134_283_264n],
  ['1 EiB', 1n << 60n],
])('a reader is told %s: one decimal at most', (text, bytes) => {
  expect(describeBytes(bytes)).toBe(text);
});
