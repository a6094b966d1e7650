/** A random case for the oracle: a small unit, small tables, and a short list of items. */
import fc from 'fast-check';

/** Times in cycles; a clock of 1000 MHz makes a nanosecond one. */
export interface OracleConfig {
  readonly rteEntries: number;
  readonly rteCycles: number;
  readonly tvtCycles: number;
  readonly lookupCycles: number;
  readonly responseCycles: number;
  readonly entries: number;
  readonly ways: number;
  readonly replacement: 'lru' | 'fifo';
  readonly hash: 'plain' | 'xor';
  readonly negative: boolean;
  readonly walkEntries: number;
  readonly tags: number;
  readonly merge: boolean;
  readonly readCycles: number;
  readonly cachedCycles: number;
  readonly cachedLines: number;
  readonly dmaReadCycles: number;
  readonly dmaWriteCycles: number;
  readonly killAll: number;
  readonly killPe: number;
  readonly killPage: number;
}

export type OracleItem =
  | {
      readonly kind: 'request';
      readonly step: number;
      readonly rid: number;
      readonly address: bigint;
      readonly isWrite: boolean;
    }
  | { readonly kind: 'kill'; readonly step: number; readonly register: bigint }
  | { readonly kind: 'store'; readonly address: bigint; readonly word: bigint };

export interface OracleCase {
  readonly config: OracleConfig;
  /** Outstanding requests of a closed loop, or 0 for the items' own times. */
  readonly outstanding: number;
  /** PE# by RID. */
  readonly peOf: ReadonlyMap<number, number>;
  /** TVEs by index. */
  readonly tves: ReadonlyMap<number, bigint>;
  /** Words of table memory. */
  readonly words: ReadonlyMap<bigint, bigint>;
  readonly items: readonly OracleItem[];
}

export const RTT_BASE = 0x00ff_0000_0000n;
const ROOT = 0x1_0000_0000n;
/** Tables of 4 KiB: 9 index bits a level. */
const INDEX_BITS = 9n;
const TABLE_BYTES = 4096n;
const RIDS = [0x100, 0x108, 0x210];
const PAGES = 24;

const config: fc.Arbitrary<OracleConfig> = fc
  .record({
    rteEntries: fc.constantFrom(1, 2, 8),
    rteCycles: fc.nat({ max: 2 }),
    tvtCycles: fc.nat({ max: 2 }),
    lookupCycles: fc.nat({ max: 4 }),
    responseCycles: fc.nat({ max: 4 }),
    sets: fc.constantFrom(1, 2, 4),
    ways: fc.constantFrom(1, 2, 4),
    replacement: fc.constantFrom('lru' as const, 'fifo' as const),
    hash: fc.constantFrom('plain' as const, 'xor' as const),
    negative: fc.boolean(),
    walkEntries: fc.constantFrom(0, 0, 1, 3),
    tags: fc.constantFrom(1, 2, 5),
    merge: fc.boolean(),
    readCycles: fc.integer({ min: 1, max: 40 }),
    cachedCycles: fc.integer({ min: 1, max: 20 }),
    cachedLines: fc.constantFrom(0, 1, 4, 64),
    dmaReadCycles: fc.nat({ max: 30 }),
    dmaWriteCycles: fc.nat({ max: 3 }),
    killAll: fc.nat({ max: 30 }),
    killPe: fc.nat({ max: 20 }),
    killPage: fc.nat({ max: 5 }),
  })
  .map(({ sets, ...rest }) => ({
    ...rest,
    entries: sets * rest.ways,
    // Without merging, who reads a table depends on time, and then so would what is cached.
    cachedLines: rest.merge ? rest.cachedLines : 0,
    walkEntries: rest.merge ? rest.walkEntries : 0,
  }));

/** A window: its levels, page shift and the permissions of its first pages. */
const windowShape = fc.record({
  levels: fc.integer({ min: 1, max: 4 }),
  pageShift: fc.constantFrom(12, 16),
  permissions: fc.array(fc.constantFrom(3, 3, 3, 3, 1, 2, 0), {
    minLength: PAGES,
    maxLength: PAGES,
  }),
});

/** The TVE and the words of a window's tables, which stand at `root` one behind the other. */
function build(root: bigint, shape: { levels: number; pageShift: number; permissions: number[] }) {
  const words = new Map<bigint, bigint>();
  const leaf = root + BigInt(shape.levels - 1) * TABLE_BYTES;
  for (let table = root; table < leaf; table += TABLE_BYTES)
    words.set(table, (table + TABLE_BYTES) | 3n);
  shape.permissions.forEach((permission, page) => {
    const real = 0x10_0000_0000n + (BigInt(page) << BigInt(shape.pageShift));
    if (permission > 0) words.set(leaf + BigInt(page) * 8n, real | BigInt(permission));
  });
  const tve =
    (root << 4n) | (BigInt(shape.levels - 1) << 13n) | (1n << 8n) | BigInt(shape.pageShift - 11);
  const span = INDEX_BITS * BigInt(shape.levels) + BigInt(shape.pageShift);
  return { tve, words, leaf, pageShift: BigInt(shape.pageShift), span };
}

type Window = ReturnType<typeof build>;

/** Addresses in a window, and now and then one that no window can serve. */
function addressIn(window: Window, select: bigint): fc.Arbitrary<bigint> {
  // Mostly few pages, so that requests meet on their way.
  const page = fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 3 }) }, fc.nat({ max: PAGES + 1 }));
  const inside = fc.tuple(page, fc.nat({ max: 4095 })).map(([number, offset]) => {
    return (select << 59n) | (BigInt(number) << window.pageShift) | BigInt(offset);
  });
  const odd = fc.constantFrom(
    (select << 59n) | (1n << window.span),
    0xffff_0010n,
    (1n << 60n) | 4n,
    3n << 61n,
  );
  return fc.oneof({ weight: 20, arbitrary: inside }, { weight: 1, arbitrary: odd });
}

function itemsFor(windows: readonly Window[]): fc.Arbitrary<OracleItem[]> {
  const step = fc.oneof(fc.nat({ max: 4 }), fc.nat({ max: 60 }));
  const request = fc.nat({ max: windows.length - 1 }).chain((index) =>
    fc.record({
      kind: fc.constant('request' as const),
      step,
      rid: fc.constantFrom(RIDS[index >> 1], RIDS[index >> 1], ...RIDS),
      address: addressIn(windows[index], BigInt(index & 1)),
      isWrite: fc.boolean(),
    }),
  );
  const pe = fc.nat({ max: 2 });
  const register = fc.oneof(
    fc.constant(1n << 63n),
    pe.map((number) => (1n << 62n) | BigInt(number)),
    fc
      .tuple(pe, fc.nat({ max: PAGES }), fc.nat({ max: 1 }), fc.boolean())
      .map(([number, page, select, isLarge]) => {
        const address = (BigInt(select) << 59n) | (BigInt(page) << (isLarge ? 16n : 12n));
        return (1n << 61n) | (isLarge ? (1n << 60n) | 0x1000n : 0n) | address | BigInt(number);
      }),
  );
  const kill = fc.record({ kind: fc.constant('kill' as const), step, register });
  const store = fc
    .tuple(
      fc.nat({ max: windows.length - 1 }),
      fc.nat({ max: PAGES - 1 }),
      fc.constantFrom(0n, 1n, 3n),
    )
    .map(([index, page, permission]) => ({
      kind: 'store' as const,
      address: windows[index].leaf + BigInt(page) * 8n,
      word: permission === 0n ? 0n : 0x20_0000_0000n | permission,
    }));
  return fc.array(
    fc.oneof(
      { weight: 12, arbitrary: request },
      { weight: 1, arbitrary: kill },
      { weight: 1, arbitrary: store },
    ),
    { minLength: 1, maxLength: 50, size: 'max' },
  );
}

/** Three PEs; windows 0 and 1 of the first two, window 0 of the third, which is untranslated. */
export const oracleCase: fc.Arbitrary<OracleCase> = fc
  .record({
    config,
    outstanding: fc.constantFrom(0, 0, 1, 2, 5),
    shapes: fc.array(windowShape, { minLength: 4, maxLength: 4 }),
  })
  .chain(({ config: drawn, outstanding, shapes }) => {
    const windows = shapes.map((shape, index) => build(ROOT + BigInt(index) * 0x10_0000n, shape));
    const bypass = { ...windows[0], span: 24n };
    return itemsFor([...windows, bypass]).map((items) => ({
      config: drawn,
      outstanding,
      peOf: new Map(RIDS.map((rid, pe) => [rid, pe])),
      tves: new Map([
        ...windows.map((window, index): [number, bigint] => [index, window.tve]),
        [4, 0x1_1080n],
      ]),
      words: new Map(windows.flatMap((window) => [...window.words])),
      items,
    }));
  });
