import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  classifyAddress,
  secondWindowStart,
  TABLE_ADDRESS_MASK,
  tveIndex,
} from '../../models/address.ts';

const SECOND_WINDOW_BASE = 0x0800_0000_0000_0000n;
const BOTH = { msi32: true, msi64: true };
const NEITHER = { msi32: false, msi64: false };

describe('the class of a bus address', () => {
  test('V9: bits 63:60 of 2 and more are unsupported, with and without MSI windows', () => {
    for (let top = 2n; top < 16n; top += 1n) {
      expect(classifyAddress(top << 60n, BOTH)).toBe('unsupported');
      expect(classifyAddress((top << 60n) | 0xffff_1234n, NEITHER)).toBe('unsupported');
    }
  });

  test('V9: 0xffff1234 is an MSI where 32-bit MSI is on, and plain DMA where it is off', () => {
    expect(classifyAddress(0xffff_1234n, { msi32: true, msi64: false })).toBe('msi');
    expect(classifyAddress(0xffff_1234n, { msi32: false, msi64: true })).toBe('dma');
  });

  test('the 32-bit MSI window is the 64 KiB below 4 GiB and not a byte more', () => {
    expect(classifyAddress(0xfffe_ffffn, BOTH)).toBe('dma');
    expect(classifyAddress(0xffff_0000n, BOTH)).toBe('msi');
    expect(classifyAddress(0xffff_ffffn, BOTH)).toBe('msi');
    expect(classifyAddress(0x1_0000_0000n, BOTH)).toBe('dma');
    expect(classifyAddress(0x1_ffff_0000n, BOTH)).toBe('dma');
    expect(classifyAddress(SECOND_WINDOW_BASE | 0xffff_0000n, BOTH)).toBe('dma');
  });

  test('bits 63:60 of 1 are MSI where 64-bit MSI is on and unsupported where it is off', () => {
    expect(classifyAddress(1n << 60n, { msi32: false, msi64: true })).toBe('msi');
    expect(classifyAddress((2n << 60n) - 1n, { msi32: false, msi64: true })).toBe('msi');
    expect(classifyAddress(1n << 60n, { msi32: true, msi64: false })).toBe('unsupported');
  });

  test('everything else below 2^60 is DMA, up to the last byte', () => {
    expect(classifyAddress(0n, BOTH)).toBe('dma');
    expect(classifyAddress(0x0800_0000_1234_5678n, BOTH)).toBe('dma');
    expect(classifyAddress((1n << 60n) - 1n, BOTH)).toBe('dma');
  });
});

describe('the TVE of an address', () => {
  test('V1: of PE 5 and 0x0800000012345678 is entry 11', () => {
    expect(tveIndex(5, 0x0800_0000_1234_5678n, 'bit59')).toBe(11);
  });

  test('is the even one below 2^59 and the odd one from there on', () => {
    expect(tveIndex(5, 0n, 'bit59')).toBe(10);
    expect(tveIndex(5, SECOND_WINDOW_BASE - 1n, 'bit59')).toBe(10);
    expect(tveIndex(5, SECOND_WINDOW_BASE, 'bit59')).toBe(11);
    expect(tveIndex(511, 0x0fff_ffff_ffff_ffffn, 'bit59')).toBe(1023);
  });

  test('is never shared by two PEs, and only bit 59 tells a PE’s two apart', () => {
    const pe = fc.integer({ min: 0, max: 511 });
    const address = fc.bigInt({ min: 0n, max: (1n << 60n) - 1n });
    fc.assert(
      fc.property(pe, address, (number, at) => {
        const index = tveIndex(number, at, 'bit59');
        expect(Math.floor(index / 2)).toBe(number);
        expect(index % 2).toBe(at >= SECOND_WINDOW_BASE ? 1 : 0);
      }),
    );
  });
});

test('with GTE4GB the second TVE serves from 4 GiB on, bit 59 or not', () => {
  expect(tveIndex(5, 0xffff_ffffn, 'gte4gb')).toBe(10);
  expect(tveIndex(5, 0x1_0000_0000n, 'gte4gb')).toBe(11);
  expect(tveIndex(5, SECOND_WINDOW_BASE, 'gte4gb')).toBe(11);
});

test('the second window begins at 2^59, with GTE4GB at 4 GiB; tables index the bits below 59', () => {
  expect(secondWindowStart('bit59')).toBe(0x0800_0000_0000_0000n);
  expect(secondWindowStart('gte4gb')).toBe(0x1_0000_0000n);
  expect(TABLE_ADDRESS_MASK).toBe(0x07ff_ffff_ffff_ffffn);
});
