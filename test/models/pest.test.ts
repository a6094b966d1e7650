import { describe, expect, test } from 'vitest';
import { encodePest } from '../../models/pest.ts';

const ADDRESS = 0x0800_0000_1234_5678n;

describe('the PEST entry of a failed DMA', () => {
  test('V8: of a read that found no page, RID 0x0100', () => {
    const entry = encodePest({
      transaction: 'read',
      fault: 'page',
      rid: 0x0100,
      address: ADDRESS,
    });
    expect(entry).toEqual({ pest0: 0x0200_2000_0100_0000n, pest1: ADDRESS });
  });

  test('V8: of a write that the TCE does not allow', () => {
    const entry = encodePest({
      transaction: 'write',
      fault: 'access',
      rid: 0x0100,
      address: ADDRESS,
    });
    expect(entry).toEqual({ pest0: 0x0000_1000_0100_0000n, pest1: ADDRESS });
  });

  test('has transaction type 1 for an MSI and room for any RID', () => {
    const entry = encodePest({ transaction: 'msi', fault: 'page', rid: 0xffff, address: 0n });
    expect(entry.pest0).toBe(0x0100_2000_ffff_0000n);
  });

  test('V8: keeps the low 61 bits of the address', () => {
    const failure = { transaction: 'read', fault: 'page', rid: 0 } as const;
    expect(encodePest({ ...failure, address: 0xffff_ffff_ffff_ffffn }).pest1).toBe(
      0x1fff_ffff_ffff_ffffn,
    );
    expect(encodePest({ ...failure, address: 1n << 60n }).pest1).toBe(1n << 60n);
    expect(encodePest({ ...failure, address: 1n << 61n }).pest1).toBe(0n);
  });
});
