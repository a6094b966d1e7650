import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeTve } from '../../models/tve.ts';
import { type FaultName, type WalkResult, walk } from '../../models/walk.ts';

/** The bus address of most worked vectors: in the second window of its PE. */
const A = 0x0800_0000_1234_5678n;

const V1_TVE = 0x0000_0024_0000_4505n;
const V1_WORDS: [bigint, bigint][] = [
  [0x2_4000_0000n, 0x2_4001_0003n],
  [0x2_4001_0000n, 0x2_4002_0003n],
  [0x2_4002_91a0n, 0x10_00ab_0003n],
];

function translate(
  tve: bigint,
  words: [bigint, bigint][],
  address = A,
  access: 'read' | 'write' = 'read',
): WalkResult {
  const memory = new Map(words);
  return walk(decodeTve(tve), address, access, (at) => memory.get(at) ?? 0n);
}

function realOf(result: WalkResult): bigint {
  if ('fault' in result.outcome) throw new Error(result.outcome.reason);
  return result.outcome.real;
}

function faultOf(result: WalkResult): FaultName | undefined {
  return 'fault' in result.outcome ? result.outcome.fault : undefined;
}

describe('the worked walks', () => {
  test('V1: three levels of 64 KiB tables and 64K pages', () => {
    const { reads, outcome } = translate(V1_TVE, V1_WORDS);
    expect(reads).toEqual([
      { level: 2, shift: 42, index: 0n, address: 0x2_4000_0000n, tce: 0x2_4001_0003n },
      { level: 1, shift: 29, index: 0n, address: 0x2_4001_0000n, tce: 0x2_4002_0003n },
      { level: 0, shift: 16, index: 0x1234n, address: 0x2_4002_91a0n, tce: 0x10_00ab_0003n },
    ]);
    expect(outcome).toEqual({ real: 0x10_00ab_5678n, permission: 3 });
  });

  const V2_TVE = 0x0000_0024_0000_4105n;
  const V2_WORDS: [bigint, bigint][] = [
    [0x2_4000_0000n, 0x2_4000_1003n],
    [0x2_4000_1048n, 0x2_4000_2003n],
    [0x2_4000_21a0n, 0x10_00ab_0001n],
  ];

  test('V2: three levels of 4 KiB tables, a page that may be read', () => {
    const { reads, outcome } = translate(V2_TVE, V2_WORDS);
    expect(reads.map((read) => [read.shift, read.index, read.address])).toEqual([
      [34, 0n, 0x2_4000_0000n],
      [25, 9n, 0x2_4000_1048n],
      [16, 0x34n, 0x2_4000_21a0n],
    ]);
    expect(outcome).toEqual({ real: 0x10_00ab_5678n, permission: 1 });
  });

  test('V2: the same page may not be written, which takes all three reads to find', () => {
    const result = translate(V2_TVE, V2_WORDS, A, 'write');
    expect(faultOf(result)).toBe('access-fault');
    expect(result.reads).toHaveLength(3);
  });

  test('V3: one level of 128 MiB', () => {
    const result = translate(0x0000_0028_0000_1005n, [[0x2_8000_91a0n, 0x10_00ab_0003n]]);
    expect(result.reads).toMatchObject([
      { level: 0, shift: 16, index: 0x1234n, address: 0x2_8000_91a0n },
    ]);
    expect(realOf(result)).toBe(0x10_00ab_5678n);
  });

  test('V4: one level and pages of 2M', () => {
    const result = translate(0x0000_002a_0000_0b0an, [[0x2_a000_0488n, 0x12_0000_0003n]]);
    expect(result.reads).toMatchObject([{ shift: 21, index: 0x91n, address: 0x2_a000_0488n }]);
    expect(realOf(result)).toBe(0x12_0014_5678n);
  });

  test('V5: the default window of 2 GiB and pages of 4K', () => {
    const words: [bigint, bigint][] = [[0x2_b009_1a28n, 0x7_3456_1003n]];
    const result = translate(0x0000_002b_0000_0b01n, words, 0x1234_5678n);
    expect(result.reads).toMatchObject([{ shift: 12, index: 0x12345n, address: 0x2_b009_1a28n }]);
    expect(realOf(result)).toBe(0x7_3456_1678n);
  });

  test('five levels take each 9 bits of the address in turn', () => {
    const address = (1n << 48n) | (2n << 39n) | (3n << 30n) | (4n << 21n) | (5n << 12n) | 0x678n;
    const words: [bigint, bigint][] = [
      [0x10_0008n, 0x20_0003n],
      [0x20_0010n, 0x30_0003n],
      [0x30_0018n, 0x40_0003n],
      [0x40_0020n, 0x50_0003n],
      [0x50_0028n, 0x60_0003n],
    ];
    // Root 0x100000, LEV 4, TTS 1, PSIZE 1.
    const result = translate(0x0000_0000_0100_8101n, words, address);
    expect(result.reads.map((read) => read.index)).toEqual([1n, 2n, 3n, 4n, 5n]);
    expect(realOf(result)).toBe(0x60_0678n);
  });
});

describe('the worked ranges of untranslated windows', () => {
  const V6_TVE = 0x0000_0000_8000_1080n;

  test('V6: 0 to 512 GiB ends before 512 GiB, and no table is read', () => {
    const behind = translate(V6_TVE, [], 0x0800_0080_0000_0000n);
    expect(faultOf(behind)).toBe('tvt-address');
    const last = translate(V6_TVE, [], 0x0800_007f_ffff_ffffn, 'write');
    expect(last).toEqual({ reads: [], outcome: { real: 0x7f_ffff_ffffn, permission: 3 } });
  });

  test('V6: 1 TiB to 2 TiB begins at 1 TiB', () => {
    const tve = 0x0100_0002_0000_1080n;
    expect(faultOf(translate(tve, [], 0x0800_00ff_ffff_ffffn))).toBe('tvt-address');
    expect(realOf(translate(tve, [], 0x0800_0100_0000_0000n))).toBe(0x100_0000_0000n);
    expect(realOf(translate(tve, [], 0x0800_01ff_ffff_ffffn))).toBe(0x1ff_ffff_ffffn);
    expect(faultOf(translate(tve, [], 0x0800_0200_0000_0000n))).toBe('tvt-address');
  });

  test('V6: an unchecked window passes the low 50 bits of any address', () => {
    expect(realOf(translate(0x1000n, [], 0x0803_ffff_ffff_ffffn))).toBe(0x3_ffff_ffff_ffffn);
    expect(realOf(translate(0x1000n, [], 0x0804_0000_0000_1234n))).toBe(0x1234n);
  });
});

describe('the worked faults', () => {
  test('V9: a TVE of six levels, of no table size, or disabled is refused before any read', () => {
    for (const tve of [0x0000_0024_0000_a505n, 0x0000_0024_0000_4005n, 0n]) {
      const result = translate(tve, V1_WORDS);
      expect(faultOf(result)).toBe('tve-invalid');
      expect(result.reads).toEqual([]);
    }
  });

  test('V9: an empty level-1 TCE is a page fault after two reads', () => {
    const words = V1_WORDS.filter(([at]) => at !== 0x2_4001_0000n);
    const result = translate(V1_TVE, words);
    expect(faultOf(result)).toBe('page-fault');
    expect(result.reads.map((read) => read.level)).toEqual([2, 1]);
  });

  test('V9: address bit 56 in a window of 55 bits is a TVT address error, never a wrap', () => {
    const result = translate(V1_TVE, V1_WORDS, A | (1n << 56n));
    expect(faultOf(result)).toBe('tvt-address');
    expect(result.reads).toEqual([]);
  });

  test('the first address behind the tables is an error and the last one within is not', () => {
    // One level, TTS 1, 64K pages: 512 TCEs of 64 KiB.
    const tve = 0x0000_0000_0100_0105n;
    const words: [bigint, bigint][] = [[0x10_0ff8n, 0x7_0003n]];
    expect(realOf(translate(tve, words, 0x1ff_ffffn))).toBe(0x7_ffffn);
    expect(faultOf(translate(tve, words, 0x200_0000n))).toBe('tvt-address');
  });
});

describe('permissions', () => {
  // Two levels of 4 KiB, 4K pages: root 0x100000, LEV 1, TTS 1, PSIZE 1.
  const tve = 0x0000_0000_0100_2101n;
  const tables = (indirect: bigint, leaf: bigint): [bigint, bigint][] => [
    [0x10_0000n, 0x20_0000n | indirect],
    [0x20_0000n, 0x30_0000n | leaf],
  ];

  test.each([
    [0, 'read', 'page-fault'],
    [0, 'write', 'page-fault'],
    [1, 'read', 'the page'],
    [1, 'write', 'access-fault'],
    [2, 'read', 'access-fault'],
    [2, 'write', 'the page'],
    [3, 'read', 'the page'],
    [3, 'write', 'the page'],
  ] as const)('of %i answer a %s with %s', (permission, access, answer) => {
    const result = translate(tve, tables(3n, BigInt(permission)), 0n, access);
    expect(faultOf(result) ?? 'the page').toBe(answer);
    if (answer === 'the page') expect(result.outcome).toEqual({ real: 0x30_0000n, permission });
  });

  test('of an indirect TCE do not narrow those of the leaf: one set bit makes it valid', () => {
    for (const indirect of [1n, 2n]) {
      const { outcome } = translate(tve, tables(indirect, 3n), 0n, 'write');
      expect(outcome).toEqual({ real: 0x30_0000n, permission: 3 });
    }
  });

  test('are looked at before all other bits of a TCE', () => {
    const full = 0xffff_ffff_ffff_fffcn;
    const result = translate(tve, [[0x10_0000n, full]], 0n);
    expect(faultOf(result)).toBe('page-fault');
    expect(result.reads).toHaveLength(1);
  });
});

test('the TVE select bit indexes no table: both windows of a PE read the same entries', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 55n) - 1n }), (address) => {
      const low = translate(V1_TVE, V1_WORDS, address);
      expect(translate(V1_TVE, V1_WORDS, address | (1n << 59n))).toEqual(low);
    }),
  );
});
