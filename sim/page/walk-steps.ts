/** The way of an address through a window's tables: indices by the address, entries as the request read them. */
import { TABLE_ADDRESS_MASK } from '../../models/address.ts';
import { hex } from '../../models/bits.ts';
import { describePermission, nextTable, realAddress, tcePermission } from '../../models/tce.ts';
import { decodeTve } from '../../models/tve.ts';
import type { SampleRow, WindowRow } from '../report/html/page-data.ts';

/** A level of the table on the way of a request. */
export interface LevelStep {
  readonly level: number;
  readonly index: string;
  /** Real address of the entry; null: not recorded, for the request did not read it. */
  readonly entry: string | null;
  /** What the request read there; null: it did not. */
  readonly read: LevelRead | null;
  /** Of the leaf: the page that the request came to; null: none, or no leaf. */
  readonly page: string | null;
}

/** A read of an entry. */
interface LevelRead {
  readonly tce: string;
  readonly says: string;
  readonly cycles: number;
}

/** The windows of a request's PE that hold its address. */
export function windowsAt(windows: readonly WindowRow[], request: SampleRow): WindowRow[] {
  const address = BigInt(request.address);
  return windows.filter(({ phb, pe, busAddress, reachBytes }) => {
    const base = BigInt(busAddress);
    const isOwn = phb === request.phb && pe === request.pe;
    return isOwn && address >= base && address < base + BigInt(reachBytes);
  });
}

/** The levels of a window's table on the way of a request, the root first; none for an untranslated window. */
export function levelSteps(window: WindowRow, { address, real, walk }: SampleRow): LevelStep[] {
  const tve = decodeTve(BigInt(window.tve));
  if (tve.kind !== 'translated') return [];
  const offset = BigInt(address) & TABLE_ADDRESS_MASK;
  const indexMask = (1n << BigInt(tve.indexBits)) - 1n;
  // Where the table of the level at hand lies; a walk cache may have led past the root.
  let table: bigint | null = tve.root;
  return Array.from({ length: tve.levels }, (_, step) => {
    const level = tve.levels - 1 - step;
    const index = (offset >> BigInt(tve.indexBits * level + tve.pageShift)) & indexMask;
    const read = walk?.reads[walk.level - level];
    const entry =
      walk?.level === level ? walk.entry : table === null ? null : hex(table | (index * 8n));
    table = read === undefined ? null : nextTable(BigInt(read[0]));
    return {
      level,
      index: hex(index),
      entry,
      read: read === undefined ? null : readOf(read, level, tve.pageShift),
      page: level === 0 && real !== null ? hex(realAddress(BigInt(real), 0n, tve.pageShift)) : null,
    };
  });
}

/** What a TCE says: the next table or the page, and who may. */
function readOf(
  [tce, cycles]: readonly [string, number],
  level: number,
  pageShift: number,
): LevelRead {
  const word = BigInt(tce);
  const permission = tcePermission(word);
  if (permission === 0) return { tce, says: 'no permission: nothing is mapped', cycles };
  const what =
    level > 0
      ? `table at ${hex(nextTable(word))}`
      : `page at ${hex(realAddress(word, 0n, pageShift))}`;
  return { tce, says: `${what}, ${describePermission(permission)}`, cycles };
}
