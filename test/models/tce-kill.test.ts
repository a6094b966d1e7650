import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../models/input-error.ts';
import { decodeKill, encodeKill, type Kill } from '../../models/tce-kill.ts';

const PAGE: Kill = { scope: 'page', pe: 5, address: 0x0800_0000_1234_0000n, pageShift: 16 };

describe('the kill register of a PHB4', () => {
  test('V7: one 64K page of PE 5 is 0x3800000012341005', () => {
    expect(encodeKill(PAGE, 'ioda3')).toBe(0x3800_0000_1234_1005n);
    expect(decodeKill(0x3800_0000_1234_1005n, 'ioda3')).toEqual(PAGE);
  });

  test('V7: PE 5 is 0x4000000000000005 and all is 0x8000000000000000', () => {
    expect(encodeKill({ scope: 'pe', pe: 5 }, 'ioda3')).toBe(0x4000_0000_0000_0005n);
    expect(encodeKill({ scope: 'all' }, 'ioda3')).toBe(0x8000_0000_0000_0000n);
    expect(decodeKill(0x4000_0000_0000_0005n, 'ioda3')).toEqual({ scope: 'pe', pe: 5 });
    expect(decodeKill(0x8000_0000_0000_0000n, 'ioda3')).toEqual({ scope: 'all' });
  });

  test('names a page of 4K without PSEL and pages of 2M and 1G with codes 2 and 3', () => {
    const page = (address: bigint, pageShift: number) =>
      encodeKill({ scope: 'page', pe: 0x1ff, address, pageShift }, 'ioda3');
    expect(page(0x0800_0000_1234_5000n, 12)).toBe(0x2800_0000_1234_51ffn);
    expect(page(0x0800_0000_1220_0000n, 21)).toBe(0x3800_0000_1220_21ffn);
    expect(page(0x0800_0000_4000_0000n, 30)).toBe(0x3800_0000_4000_31ffn);
  });

  test('takes the widest scope when several bits are set', () => {
    expect(decodeKill(0xf800_0000_1234_1005n, 'ioda3')).toEqual({ scope: 'all' });
    expect(decodeKill(0x7800_0000_1234_1005n, 'ioda3')).toEqual({ scope: 'pe', pe: 5 });
  });
});

describe('the kill register of a PHB3', () => {
  test('V7: one page of PE 5 is 0x2800000012340005, without its size', () => {
    expect(encodeKill(PAGE, 'ioda2')).toBe(0x2800_0000_1234_0005n);
    expect(decodeKill(0x2800_0000_1234_0005n, 'ioda2')).toEqual({ ...PAGE, pageShift: 12 });
  });

  test('has eight bits of PE#: bit 55 is none of them', () => {
    expect(decodeKill(0x4000_0000_0000_01ffn, 'ioda2')).toEqual({ scope: 'pe', pe: 0xff });
    expect(decodeKill(0x4000_0000_0000_01ffn, 'ioda3')).toEqual({ scope: 'pe', pe: 0x1ff });
  });

  test('has no PSEL: bits 13:12 belong to the address', () => {
    const page: Kill = { scope: 'page', pe: 5, address: 0x3000n, pageShift: 12 };
    expect(encodeKill(page, 'ioda2')).toBe(0x2000_0000_0000_3005n);
    expect(decodeKill(0x2000_0000_0000_3005n, 'ioda2')).toEqual(page);
  });
});

test('a value without any of bits 0 to 2 kills nothing', () => {
  for (const ioda of ['ioda2', 'ioda3'] as const) {
    expect(decodeKill(0n, ioda)).toBeUndefined();
    expect(decodeKill(0x1800_0000_1234_1005n, ioda)).toBeUndefined();
  }
});

describe('a kill is refused', () => {
  test.each([
    ['of an address that is not the page’s first', 0x0800_0000_1234_1000n, 16],
    ['of an address of 2^60', 1n << 60n, 16],
  ])('%s', (_what, address, pageShift) => {
    const kill: Kill = { scope: 'page', pe: 5, address, pageShift };
    for (const ioda of ['ioda2', 'ioda3'] as const) {
      expect(() => encodeKill(kill, ioda)).toThrow(InputError);
      expect(() => encodeKill(kill, ioda)).toThrow(
        `TCE kill: expected a bus address below 2^60 aligned to 2^16, got 0x${address.toString(16)}`,
      );
    }
  });

  test.each([24, 28, 13])('of a page shift of %i by a PHB4, and taken by a PHB3', (pageShift) => {
    const kill: Kill = { scope: 'page', pe: 5, address: 0x4000_0000n, pageShift };
    expect(() => encodeKill(kill, 'ioda3')).toThrow(
      `TCE kill: expected a page shift of 12, 16, 21 or 30, got ${pageShift}`,
    );
    expect(encodeKill(kill, 'ioda2')).toBe(0x2000_0000_4000_0005n);
  });
});

describe('what was encoded is decoded', () => {
  const killOf = (pes: number, pageShifts: number[]): fc.Arbitrary<Kill> => {
    const pe = fc.integer({ min: 0, max: pes - 1 });
    return fc.oneof(
      fc.constant<Kill>({ scope: 'all' }),
      pe.map<Kill>((number) => ({ scope: 'pe', pe: number })),
      fc
        .record({
          pe,
          anywhere: fc.bigInt({ min: 0n, max: (1n << 60n) - 1n }),
          pageShift: fc.constantFrom(...pageShifts),
        })
        .map<Kill>(({ pe: number, anywhere, pageShift }) => ({
          scope: 'page',
          pe: number,
          address: (anywhere >> BigInt(pageShift)) << BigInt(pageShift),
          pageShift,
        })),
    );
  };

  test('by a PHB4, whole', () => {
    fc.assert(
      fc.property(killOf(512, [12, 16, 21, 30]), (kill) => {
        expect(decodeKill(encodeKill(kill, 'ioda3'), 'ioda3')).toEqual(kill);
      }),
    );
  });

  test('by a PHB3, but for the page’s size', () => {
    fc.assert(
      fc.property(killOf(256, [12, 16, 24, 28]), (kill) => {
        const wanted = kill.scope === 'page' ? { ...kill, pageShift: 12 } : kill;
        expect(decodeKill(encodeKill(kill, 'ioda2'), 'ioda2')).toEqual(wanted);
      }),
    );
  });
});
