/** The way of an address through a window's tables, as far as a request log and a result tell it. */
import { TABLE_ADDRESS_MASK } from '../../models/address.ts';
import { hex } from '../../models/bits.ts';
import { decodeTve } from '../../models/tve.ts';
import type { SampleRow, WindowRow } from '../report/html/page-data.ts';

/** A level of the table. Entries behind the first stand where the entry before says, which no log keeps. */
export interface LevelStep {
  readonly level: number;
  readonly index: string;
  /** Real address of the entry; null: not recorded. */
  readonly entry: string | null;
  /** What the entry holds; null: not recorded. */
  readonly tce: string | null;
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
export function levelSteps(window: WindowRow, { address, real }: SampleRow): LevelStep[] {
  const tve = decodeTve(BigInt(window.tve));
  if (tve.kind !== 'translated') return [];
  const offset = BigInt(address) & TABLE_ADDRESS_MASK;
  const indexMask = (1n << BigInt(tve.indexBits)) - 1n;
  const pageMask = (1n << BigInt(tve.pageShift)) - 1n;
  return Array.from({ length: tve.levels }, (_, step) => {
    const level = tve.levels - 1 - step;
    const index = (offset >> BigInt(tve.indexBits * level + tve.pageShift)) & indexMask;
    const page = level === 0 && real !== null ? BigInt(real) & ~pageMask : null;
    return {
      level,
      index: hex(index),
      entry: step === 0 ? hex(tve.root | (index * 8n)) : null,
      tce: page === null ? null : hex(page),
    };
  });
}
