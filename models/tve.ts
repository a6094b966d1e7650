/**
 * The translation validation entry: what a PHB knows of one DMA window of a PE. Layout of IODA2 and
 * IODA3 after skiboot include/phb3-regs.h and phb4-regs.h and QEMU include/hw/pci-host/pnv_phb4_regs.h;
 * the two differ only in bit 56. A TVE of 0 is a disabled one.
 */
import { ibmBit, ibmField, ibmInsert, log2Exact } from './bits.ts';
import { InputError } from './input-error.ts';

/** IODA2 (PHB3) has no TVE[56] and checks the range of every untranslated window. */
export type Ioda = 'ioda2' | 'ioda3';

/** A window that goes through TCE tables. */
export interface TranslatedTve {
  readonly kind: 'translated';
  /** Real address of the top-level table. */
  readonly root: bigint;
  /** Levels of tables, 1..5. */
  readonly levels: number;
  /** log2 of the bytes of each level's table. */
  readonly tableShift: number;
  /** Address bits that one level resolves: tableShift - 3. */
  readonly indexBits: number;
  /** log2 of the IO page's bytes. */
  readonly pageShift: number;
}

export type Tve =
  | TranslatedTve
  | {
      readonly kind: 'bypass';
      /** First bus address and first one behind; bits 49:24 are compared. */
      readonly start: bigint;
      readonly end: bigint;
    }
  | { readonly kind: 'unchecked' }
  | { readonly kind: 'disabled' }
  | { readonly kind: 'invalid'; readonly reason: string };

export const IODA3_TVT_LEVELS_MAX = 5;
/** Untranslated windows pass the low 50 bits of an address. */
export const BYPASS_ADDRESS_MASK = (1n << 50n) - 1n;
const BYPASS_GRANULE_SHIFT = 24n;
/** TTA holds real address bits 12 and up in 48 bits. */
const ROOT_LIMIT = 1n << 60n;

/** What a TVE means to a PHB of the given architecture. */
export function decodeTve(word: bigint, ioda: Ioda = 'ioda3'): Tve {
  if (word === 0n) return { kind: 'disabled' };
  const levels = Number(ibmField(word, 48, 50)) + 1;
  const tts = Number(ibmField(word, 51, 55));
  const pageSize = Number(ibmField(word, 59, 63));
  if (levels > IODA3_TVT_LEVELS_MAX) {
    return { kind: 'invalid', reason: `TVE[48:50] asks for ${levels} levels, the PHB walks 1..5` };
  }
  if (pageSize === 0) return decodeBypass(word, ioda);
  if (tts === 0) return { kind: 'invalid', reason: 'TVE[51:55] (table size) is 0' };
  return {
    kind: 'translated',
    root: ibmField(word, 0, 47) << 12n,
    levels,
    tableShift: tts + 11,
    indexBits: tts + 8,
    pageShift: pageSize + 11,
  };
}

/** What a TVE means to a PHB that translates only some page sizes; others are invalid (assumed). */
export function decodeTveOf(
  word: bigint,
  phb: { readonly ioda: Ioda; readonly pageShifts: readonly number[] },
): Tve {
  const tve = decodeTve(word, phb.ioda);
  if (tve.kind !== 'translated' || phb.pageShifts.includes(tve.pageShift)) return tve;
  return { kind: 'invalid', reason: `TVE[59:63] asks for pages of 2^${tve.pageShift} bytes` };
}

function decodeBypass(word: bigint, ioda: Ioda): Tve {
  if (!ibmBit(word, 51)) {
    return { kind: 'invalid', reason: 'TVE[59:63] (IO page size) is 0 and TVE[51] is not set' };
  }
  if (ioda === 'ioda3' && !ibmBit(word, 56)) return { kind: 'unchecked' };
  const start = (ibmField(word, 52, 53) << 24n) | ibmField(word, 0, 23);
  const end = (ibmField(word, 54, 55) << 24n) | ibmField(word, 24, 47);
  return {
    kind: 'bypass',
    start: start << BYPASS_GRANULE_SHIFT,
    end: end << BYPASS_GRANULE_SHIFT,
  };
}

/**
 * The TVE of a table. `root` should be aligned to the table's size, because the PHB ORs the index into
 * it. Throws InputError on fields that the layout cannot hold.
 */
export function encodeTranslated(table: {
  root: bigint;
  levels: number;
  tableShift: number;
  pageShift: number;
}): bigint {
  const { root, levels, tableShift, pageShift } = table;
  within('levels', levels, 1, IODA3_TVT_LEVELS_MAX);
  within('log2 of the table bytes', tableShift, 12, 42);
  within('log2 of the IO page', pageShift, 12, 42);
  if ((root & 0xfffn) !== 0n || root >= ROOT_LIMIT) {
    throw new InputError(
      `TVE root: expected a multiple of 4K below 2^60, got 0x${root.toString(16)}`,
    );
  }
  return (
    ibmInsert(root >> 12n, 0, 47) |
    ibmInsert(BigInt(levels - 1), 48, 50) |
    ibmInsert(BigInt(tableShift - 11), 51, 55) |
    ibmInsert(BigInt(pageShift - 11), 59, 63)
  );
}

/**
 * The TVE of an untranslated window `start..end` (end exclusive and below 2^50; both are cut to 16 MiB
 * granules). Throws InputError on an end that the layout cannot hold.
 */
export function encodeBypass(start: bigint, end: bigint, ioda: Ioda = 'ioda3'): bigint {
  if (end > BYPASS_ADDRESS_MASK) {
    throw new InputError(`TVE bypass end: expected less than 2^50, got 0x${end.toString(16)}`);
  }
  const first = start >> BYPASS_GRANULE_SHIFT;
  const behind = end >> BYPASS_GRANULE_SHIFT;
  return (
    ibmInsert(first, 0, 23) |
    ibmInsert(first >> 24n, 52, 53) |
    ibmInsert(behind, 24, 47) |
    ibmInsert(behind >> 24n, 54, 55) |
    ibmInsert(1n, 51, 51) |
    (ioda === 'ioda3' ? ibmInsert(1n, 56, 56) : 0n)
  );
}

/** Address bits that a translated window spans, page offset included. */
export function spanBits(tve: TranslatedTve): number {
  return tve.indexBits * tve.levels + tve.pageShift;
}

/** Bytes of one level's table. */
export function tableBytes(tve: TranslatedTve): bigint {
  return 1n << BigInt(tve.tableShift);
}

/** log2 of a table's bytes, or InputError when it is no power of two. */
export function tableShiftOf(bytes: bigint): number {
  const shift = log2Exact(bytes);
  if (Number.isNaN(shift))
    throw new InputError(`table size: expected a power of two, got ${bytes}`);
  return shift;
}

function within(what: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new InputError(`TVE ${what}: expected ${least}..${most}, got ${value}`);
  }
}
