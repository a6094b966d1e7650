/**
 * The formats that the PHB reads, in plain BigInt and by shifts alone: TVE, kill register, PEST. Written
 * from the field tables of IODA3, so that a mistake in models/ shows as a difference.
 */

/** What a TVE says. */
export type Window =
  | { readonly kind: 'invalid' }
  | { readonly kind: 'untranslated'; readonly start: bigint; readonly end: bigint }
  | {
      readonly kind: 'translated';
      readonly root: bigint;
      readonly levels: number;
      readonly indexBits: bigint;
      readonly pageShift: bigint;
    };

/** Everything that 50 address bits can name, in 16 MiB granules. */
const ALL_GRANULES = 1n << 26n;

/** Decodes a TVE of a PHB that translates pages of the given sizes. */
export function windowOf(word: bigint, pageShifts: readonly number[]): Window {
  const topLevel = Number((word >> 13n) & 7n);
  const tableSize = (word >> 8n) & 31n;
  const pageSize = word & 31n;
  if (word === 0n || topLevel > 4) return { kind: 'invalid' };
  if (pageSize === 0n) {
    if (((word >> 12n) & 1n) === 0n) return { kind: 'invalid' };
    if (((word >> 7n) & 1n) === 0n) return { kind: 'untranslated', start: 0n, end: ALL_GRANULES };
    const start = (((word >> 10n) & 3n) << 24n) | (word >> 40n);
    const end = (((word >> 8n) & 3n) << 24n) | ((word >> 16n) & 0xff_ffffn);
    return { kind: 'untranslated', start, end };
  }
  const pageShift = pageSize + 11n;
  if (tableSize === 0n || !pageShifts.includes(Number(pageShift))) return { kind: 'invalid' };
  return {
    kind: 'translated',
    root: (word >> 16n) << 12n,
    levels: topLevel + 1,
    indexBits: tableSize + 8n,
    pageShift,
  };
}

/** What a value written to the kill register names. */
export type KillScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'pe'; readonly pe: number }
  | { readonly kind: 'page'; readonly pe: number; readonly start: bigint; readonly end: bigint };

const KILL_PAGE_SHIFTS = [undefined, 16n, 21n, 30n];

/** Decodes the kill register; undefined where it names nothing. `start` and `end` are bus addresses, the select bit included. */
export function killScopeOf(register: bigint): KillScope | undefined {
  const pe = Number(register & 0x1ffn);
  if (register >> 63n === 1n) return { kind: 'all' };
  if ((register >> 62n) & 1n) return { kind: 'pe', pe };
  if (((register >> 61n) & 1n) === 0n) return undefined;
  const isSized = ((register >> 60n) & 1n) === 1n;
  const shift = isSized ? KILL_PAGE_SHIFTS[Number((register >> 12n) & 3n)] : 12n;
  if (shift === undefined) return undefined;
  const start = ((register & ((1n << 60n) - 1n)) >> shift) << shift;
  return { kind: 'page', pe, start, end: start + (1n << shift) };
}

/** The two words of a PE's state table entry for a DMA that was refused. */
export function pestOf(refused: {
  readonly outcome: string;
  readonly isWrite: boolean;
  readonly rid: number;
  readonly address: bigint;
}): { pest0: bigint; pest1: bigint } {
  const type = refused.isWrite ? 0n : 2n;
  const bit =
    refused.outcome === 'page-fault' ? 45n : refused.outcome === 'access-fault' ? 44n : 47n;
  return {
    pest0: (type << 56n) | (1n << bit) | (BigInt(refused.rid) << 16n),
    pest1: refused.address & ((1n << 61n) - 1n),
  };
}
