/** Random cases for the oracle: windows, DMAs in and beside them, and software that interferes. */
import fc from 'fast-check';
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import type { OracleCase, OracleItem } from './case.ts';
import { drawnConfig, drawnPacing, PE_COUNT } from './draw-config.ts';
import { type BuiltWindow, buildWindow } from './tables.ts';

const ROOT = 0x1_0000_0000n;
const RIDS = [0x100, 0x108, 0x210];
const PAGES = 24;
const ITEMS_MAX = 40;
/** Untranslated window of the first 16 MiB. */
const BYPASS_TVE = 0x1_1080n;
/** Any address of 50 bits passes. */
const UNCHECKED_TVE = 0x1000n;
/** Page size 8K, which no PHB translates; six levels; nothing. */
const INVALID_TVES = [0x1_0102n, 0x1_a105n, 0n];

const windowShape = fc.record({
  levels: fc.integer({ min: 1, max: 5 }),
  pageShift: fc.constantFrom(12, 16),
  permissions: fc.array(fc.constantFrom(3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 2, 0), {
    minLength: PAGES,
    maxLength: PAGES,
  }),
});

/** How much software interferes. */
interface Mix {
  readonly killWeight: number;
}

/** How close requests are: so many windows, and pages of them, that most of them ask for. */
interface Crowd {
  readonly windows: number;
  readonly pages: number;
  readonly storeWeight: number;
}

const CROWDS: readonly Crowd[] = [
  { windows: 2 * PE_COUNT, pages: 4, storeWeight: 6 },
  // One line of TCEs, which software keeps writing.
  { windows: 2, pages: 16, storeWeight: 30 },
];

const stepNs = fc.oneof(fc.nat({ max: 4 }), fc.nat({ max: 60 }));
const someBytes = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 256 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 4096 }) },
);
const somePe = fc.nat({ max: PE_COUNT - 1 });

/** The bus address at which a window of a PE begins. */
function baseOf(index: number, config: UnitConfig): bigint {
  if ((index & 1) === 0) return 0n;
  return config.pe.tveSelect === 'bit59' ? 1n << 59n : 1n << 32n;
}

function dmaIn(
  windows: readonly BuiltWindow[],
  index: number,
  config: UnitConfig,
  crowd: Crowd,
): fc.Arbitrary<OracleItem> {
  const window = windows[index];
  const base = baseOf(index, config);
  // Mostly few pages, so that requests meet on their way.
  const page = fc.oneof(
    { weight: 9, arbitrary: fc.nat({ max: crowd.pages - 1 }) },
    { weight: 3, arbitrary: fc.nat({ max: PAGES - 1 }) },
    { weight: 1, arbitrary: fc.nat({ max: PAGES + 1 }) },
  );
  const inside = fc
    .tuple(page, fc.nat({ max: 4095 }), fc.nat({ max: 15 }))
    .map(([number, offset, block]) => {
      const blocks = BigInt(block) % (1n << (window.pageShift - 12n));
      return base | (BigInt(number) << window.pageShift) | (blocks << 12n) | BigInt(offset);
    });
  const odd = fc.constantFrom(
    base | (1n << window.span),
    base | (1n << 24n),
    0xffff_0010n,
    (1n << 60n) | 4n,
    3n << 61n,
    1n << 58n,
    (1n << 59n) | 0x3000n,
    0x1_0000_0000n,
  );
  return fc
    .record({
      stepNs,
      rid: fc.constantFrom(RIDS[(index >> 1) % 3], RIDS[(index >> 1) % 3], ...RIDS),
      pe: fc.oneof(
        { weight: 60, arbitrary: fc.constant(-1) },
        { weight: 1, arbitrary: fc.nat({ max: 9 }) },
      ),
      address: fc.oneof({ weight: 40, arbitrary: inside }, { weight: 1, arbitrary: odd }),
      bytes: someBytes,
      isWrite: fc.boolean(),
    })
    .map(({ bytes, ...dma }) => ({
      ...dma,
      kind: 'dma' as const,
      bytes: Math.min(bytes, 4096 - Number(dma.address & 4095n)),
    }));
}

const killRegister = fc.oneof(
  fc.constant(1n << 63n),
  fc.constantFrom(0n, 7n, 3n << 60n),
  fc.nat({ max: PE_COUNT }).map((pe) => (1n << 62n) | BigInt(pe)),
  {
    weight: 4,
    arbitrary: fc
      .tuple(somePe, fc.nat({ max: PAGES }), fc.nat({ max: 2 }), fc.nat({ max: 3 }))
      .map(([pe, page, select, size]) => {
        const base = [0n, 1n << 59n, 1n << 32n][select];
        const shift = [12n, 16n, 21n, 30n][size];
        const sized = size === 0 ? 0n : (1n << 60n) | (BigInt(size) << 12n);
        const address = ((base | (BigInt(page) << 12n)) >> shift) << shift;
        return (1n << 61n) | sized | address | BigInt(pe);
      }),
  },
);

function storeIn(windows: readonly BuiltWindow[], crowd: Crowd): fc.Arbitrary<OracleItem> {
  return fc
    .tuple(
      fc.nat({ max: crowd.windows - 1 }),
      fc.oneof(fc.nat({ max: crowd.pages - 1 }), fc.nat({ max: PAGES - 1 })),
      fc.constantFrom(0n, 1n, 2n, 3n, 3n, 3n, 3n, 3n),
      fc.nat({ max: 9 }),
    )
    .map(([index, page, permission, upper]) => {
      const { indirect, firstTce } = windows[index];
      // Now and then an indirect TCE goes, or comes back.
      if (upper === 0 && indirect.length > 0) {
        const { address, word } = indirect[page % indirect.length];
        return { kind: 'store' as const, address, word: permission === 0n ? 0n : word };
      }
      const real = 0x20_0000_0000n + (BigInt(upper) << 32n) + (BigInt(page) << 16n);
      const word = permission === 0n ? 0n : real | permission;
      return { kind: 'store' as const, address: firstTce + BigInt(page) * 8n, word };
    });
}

function itemsFor(windows: readonly BuiltWindow[], config: UnitConfig, mix: Mix, crowd: Crowd) {
  const dma = fc
    .nat({ max: crowd.windows - 1 })
    .chain((index) => dmaIn(windows, index, config, crowd));
  const tve = fc
    .tuple(
      fc.nat({ max: 2 * PE_COUNT - 1 }),
      fc.constantFrom(
        ...windows.map((window) => window.tve),
        BYPASS_TVE,
        UNCHECKED_TVE,
        ...INVALID_TVES,
      ),
    )
    .map(([index, word]) => ({ kind: 'tve' as const, index, word }));
  return fc.array(
    fc.oneof(
      { weight: 60, arbitrary: dma },
      {
        weight: mix.killWeight,
        arbitrary: fc.record({
          kind: fc.constant('kill' as const),
          stepNs,
          register: killRegister,
        }),
      },
      { weight: crowd.storeWeight, arbitrary: storeIn(windows, crowd) },
      { weight: 2, arbitrary: tve },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('freeze' as const), stepNs, pe: somePe }),
      },
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant('unfreeze' as const), stepNs, pe: somePe }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constantFrom('fence' as const, 'reset' as const, 'reset' as const),
          stepNs,
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('peltv' as const),
          pe: somePe,
          neighbour: somePe,
          isSet: fc.boolean(),
        }),
      },
    ),
    { minLength: 1, maxLength: ITEMS_MAX, size: 'max' },
  );
}

/** RIDs keep the PE# that they have, except where a DMA was drawn with another. */
function withPes(items: readonly OracleItem[]): OracleItem[] {
  const peOf = new Map(RIDS.map((rid, pe) => [rid, pe]));
  return items.map((item) => {
    if (item.kind !== 'dma') return item;
    if (item.pe >= 0) peOf.set(item.rid, item.pe);
    return { ...item, pe: peOf.get(item.rid) as number };
  });
}

/** Cases of configurations like the given, with a mix of items. */
export function casesOf(
  config: fc.Arbitrary<UnitConfig>,
  mix: Mix = { killWeight: 6 },
): fc.Arbitrary<OracleCase> {
  return fc
    .record({
      config,
      pacing: drawnPacing,
      shapes: fc.array(windowShape, { minLength: 2 * PE_COUNT, maxLength: 2 * PE_COUNT }),
      untranslated: fc.constantFrom(4, 5, 8),
      crowd: fc.constantFrom(...CROWDS),
    })
    .chain(({ config: drawn, pacing, shapes, untranslated, crowd }) => {
      const windows = shapes.map(({ permissions, ...shape }, index) => {
        const repeated = Array.from({ length: 4 }, () => permissions).flat();
        const root = ROOT + BigInt(index) * 0x1_0000n;
        const base = baseOf(index, drawn) % (1n << 59n);
        // A window that begins at 4 GiB is indexed from 0 and must reach so far.
        const levels = base === 0n ? shape.levels : Math.max(3, shape.levels);
        return buildWindow(root, { ...shape, levels, permissions: repeated }, base);
      });
      const tves = windows.map((window, index): [number, bigint] => [
        index,
        index === untranslated ? BYPASS_TVE : window.tve,
      ]);
      return itemsFor(windows, drawn, mix, crowd).map((items) => ({
        config: drawn,
        pacing,
        tves: new Map(tves),
        words: new Map(windows.flatMap((window) => [...window.words])),
        items: withPes(items),
      }));
    });
}

/** Cases of everything. */
export const oracleCase: fc.Arbitrary<OracleCase> = casesOf(drawnConfig);
