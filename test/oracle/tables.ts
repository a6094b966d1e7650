/** Windows with their tables for cases: TVE, words, and where the leaf is. */

/** A table of 4 KiB resolves so many address bits. */
const INDEX_BITS = 9n;
const TABLE_BYTES = 4096n;
/** Where the pages of all windows are. */
const REAL_PAGES = 0x10_0000_0000n;

/** What a window is drawn as. */
export interface WindowShape {
  readonly levels: number;
  readonly pageShift: number;
  /** Permission bits of the first pages. */
  readonly permissions: readonly number[];
}

/** A window in memory. */
export interface BuiltWindow {
  readonly tve: bigint;
  readonly words: ReadonlyMap<bigint, bigint>;
  /** Address of the TCE of the first page. */
  readonly firstTce: bigint;
  /** Indirect TCEs on the way to it, the top one first. */
  readonly indirect: readonly { readonly address: bigint; readonly word: bigint }[];
  readonly pageShift: bigint;
  /** Address bits that the window spans. */
  readonly span: bigint;
}

/**
 * A translated window whose tables stand at `root` one behind the other. Its pages are mapped from bus
 * address `from` on, to real pages one behind the other.
 */
export function buildWindow(root: bigint, shape: WindowShape, from = 0n): BuiltWindow {
  const pageShift = BigInt(shape.pageShift);
  const entryOf = (level: number) => {
    const table = root + BigInt(shape.levels - 1 - level) * TABLE_BYTES;
    const index = (from >> (INDEX_BITS * BigInt(level) + pageShift)) % (1n << INDEX_BITS);
    return { address: table + index * 8n, word: (table + TABLE_BYTES) | 3n };
  };
  const indirect = Array.from({ length: shape.levels - 1 }, (_, at) =>
    entryOf(shape.levels - 1 - at),
  );
  const words = new Map(indirect.map(({ address, word }) => [address, word]));
  const firstTce = entryOf(0).address;
  for (const [page, permission] of shape.permissions.entries()) {
    const real = REAL_PAGES + (BigInt(page) << pageShift);
    if (permission > 0) words.set(firstTce + BigInt(page) * 8n, real | BigInt(permission));
  }
  const tve = (root << 4n) | (BigInt(shape.levels - 1) << 13n) | (1n << 8n) | (pageShift - 11n);
  const span = INDEX_BITS * BigInt(shape.levels) + pageShift;
  return { tve, words, firstTce, indirect, pageShift, span };
}
