import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hexRegister, ibmBit } from '../../models/bits.ts';
import { encodePest } from '../../models/pest.ts';
import type { FaultName } from '../../models/walk.ts';

const ADDRESS = 0x0800_0000_1234_5678n;

describe('the PEST entry of a failed DMA', () => {
  test('V8: of a read that found no page, RID 0x0100', () => {
    const entry = encodePest({
      transaction: 'read',
      fault: 'page-fault',
      rid: 0x0100,
      address: ADDRESS,
    });
    expect(entry).toEqual({ pest0: 0x0200_2000_0100_0000n, pest1: ADDRESS });
  });

  test('V8: of a write that the TCE does not allow', () => {
    const entry = encodePest({
      transaction: 'write',
      fault: 'access-fault',
      rid: 0x0100,
      address: ADDRESS,
    });
    expect(entry).toEqual({ pest0: 0x0000_1000_0100_0000n, pest1: ADDRESS });
  });

  test.each([
    'tve-invalid',
    'tvt-address',
    'unsupported-address',
  ] as const)('of a %s has the IODA error bit and neither of the TCE bits', (fault) => {
    const failure = { fault, rid: 0x0100, address: ADDRESS };
    expect(encodePest({ ...failure, transaction: 'read' })).toEqual({
      pest0: 0x0200_8000_0100_0000n,
      pest1: ADDRESS,
    });
    expect(encodePest({ ...failure, transaction: 'write' }).pest0).toBe(0x0000_8000_0100_0000n);
  });

  test('has room for any RID', () => {
    const failure = { transaction: 'write', fault: 'page-fault', address: 0n } as const;
    expect(encodePest({ ...failure, rid: 0xffff }).pest0).toBe(0x0000_2000_ffff_0000n);
  });

  test('V8: keeps the low 61 bits of the address', () => {
    const failure = { transaction: 'read', fault: 'page-fault', rid: 0 } as const;
    expect(encodePest({ ...failure, address: 0xffff_ffff_ffff_ffffn }).pest1).toBe(
      0x1fff_ffff_ffff_ffffn,
    );
    expect(encodePest({ ...failure, address: 1n << 60n }).pest1).toBe(1n << 60n);
    expect(encodePest({ ...failure, address: 1n << 61n }).pest1).toBe(0n);
  });
});

describe('docs/pest.md', () => {
  const page = readFileSync(new URL('../../docs/pest.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| ([a-z-]+) \| (\d+) \| `(0x\w+)` \| `(0x\w+)` \|$/gm)].map(
    ([, fault, bit, read, write]) => ({ fault: fault as FaultName, bit: Number(bit), read, write }),
  );

  test('has a row for every fault that freezes', () => {
    expect(rows.map(({ fault }) => fault)).toEqual([
      'page-fault',
      'access-fault',
      'tve-invalid',
      'tvt-address',
      'unsupported-address',
    ]);
  });

  test.each(rows)('says what a $fault writes', ({ fault, bit, read, write }) => {
    const failure = { fault, rid: 0x0100, address: 0n };
    for (const [transaction, word] of [
      ['read', read],
      ['write', write],
    ] as const) {
      const { pest0 } = encodePest({ ...failure, transaction });
      expect(hexRegister(pest0)).toBe(word);
      expect(ibmBit(pest0, bit)).toBe(true);
    }
  });
});
