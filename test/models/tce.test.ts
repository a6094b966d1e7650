import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  describePermission,
  nextTable,
  permissionFor,
  realAddress,
  tcePermission,
} from '../../models/tce.ts';

describe('the permission of a TCE', () => {
  test('is bit 63 for reading and bit 62 for writing, all else left out', () => {
    expect(tcePermission(0x10_00ab_0000n)).toBe(0);
    expect(tcePermission(0x10_00ab_0001n) & permissionFor('read')).not.toBe(0);
    expect(tcePermission(0x10_00ab_0001n) & permissionFor('write')).toBe(0);
    expect(tcePermission(0x10_00ab_0002n) & permissionFor('write')).not.toBe(0);
    expect(tcePermission(0x10_00ab_0002n) & permissionFor('read')).toBe(0);
    expect(tcePermission(0xffff_ffff_ffff_fffcn)).toBe(0);
  });

  test('is written in two letters', () => {
    expect([0, 1, 2, 3].map(describePermission)).toEqual(['--', 'r-', '-w', 'rw']);
  });
});

describe('the real address of a TCE', () => {
  test('V1: of 0x1000ab0003 and 64K pages is 0x1000ab5678', () => {
    expect(realAddress(0x10_00ab_0003n, 0x0800_0000_1234_5678n, 16)).toBe(0x10_00ab_5678n);
  });

  test('V4: of 0x1200000003 and 2M pages is 0x1200145678', () => {
    expect(realAddress(0x12_0000_0003n, 0x0800_0000_1234_5678n, 21)).toBe(0x12_0014_5678n);
  });

  test('ignores page number bits below a large page, reserved bits and permissions', () => {
    expect(realAddress(0x12_001f_ffffn, 0x1_2345n, 21)).toBe(0x12_0001_2345n);
    expect(realAddress(0x7_3456_1fffn, 0xabcn, 12)).toBe(0x7_3456_1abcn);
  });

  test('has all 64 bits', () => {
    expect(realAddress(0xffff_ffff_ffff_f003n, 0xfffn, 12)).toBe(0xffff_ffff_ffff_ffffn);
  });

  test('is the page from the TCE and the offset from the bus address, for every page size', () => {
    const word = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    fc.assert(
      fc.property(
        word,
        word,
        fc.constantFrom(12, 16, 21, 24, 28, 30),
        (tce, address, pageShift) => {
          const pageBytes = 1n << BigInt(pageShift);
          const real = realAddress(tce, address, pageShift);
          expect(real / pageBytes).toBe(tce / pageBytes);
          expect(real % pageBytes).toBe(address % pageBytes);
        },
      ),
    );
  });
});

test('an indirect TCE leads to the 4 KiB page that it names, flags cut off', () => {
  expect(nextTable(0x2_4001_0003n)).toBe(0x2_4001_0000n);
  expect(nextTable(0x2_4001_1fffn)).toBe(0x2_4001_1000n);
  expect(nextTable(0xffff_ffff_ffff_ffffn)).toBe(0xffff_ffff_ffff_f000n);
});
