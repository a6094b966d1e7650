/**
 * One translation explained: the walk of a TVE's tables as QEMU's `pnv_phb4_translate_tve` states it,
 * with the two things that a real PHB does and QEMU does not: the TVE select bit is masked, and
 * address bits above the window are a fault. A list of steps, no time and no cache; the unit in sim/
 * does the same walk in cycles.
 */

import { TABLE_ADDRESS_MASK } from './address.ts';
import { nextTable, permissionFor, realAddress, tcePermission } from './tce.ts';
import { BYPASS_ADDRESS_MASK, spanBits, type TranslatedTve, type Tve } from './tve.ts';

/** Bytes of memory that one TCE fetch brings. */
export const TCE_LINE_BYTES = 128n;

/** One dependent read of a walk, level 0 being the leaf. */
export interface WalkRead {
  readonly level: number;
  /** Address bits that this level skips. */
  readonly shift: number;
  readonly index: bigint;
  /** Real address of the entry. */
  readonly address: bigint;
  readonly tce: bigint;
}

/** Faults by the name of the PHB error that they raise. */
export type FaultName =
  | 'tve-invalid'
  | 'tvt-address'
  | 'page-fault'
  | 'access-fault'
  | 'unsupported-address';

export interface WalkResult {
  readonly reads: readonly WalkRead[];
  /** The real address, or why there is none. */
  readonly outcome:
    | { readonly real: bigint; readonly permission: number }
    | { readonly fault: FaultName; readonly reason: string };
}

/** Follows an address through a TVE. `readWord` gives the 8-byte word at a real address. */
export function walk(
  tve: Tve,
  address: bigint,
  access: 'read' | 'write',
  readWord: (address: bigint) => bigint,
): WalkResult {
  switch (tve.kind) {
    case 'translated':
      return walkTables(tve, address & TABLE_ADDRESS_MASK, access, readWord);
    case 'bypass': {
      const low = address & BYPASS_ADDRESS_MASK;
      if (low >= tve.start && low < tve.end) return passed(low);
      return refused('tvt-address', 'outside the range of the untranslated window');
    }
    case 'unchecked':
      return passed(address & BYPASS_ADDRESS_MASK);
    case 'disabled':
      return refused('tve-invalid', 'the TVE is disabled (0)');
    case 'invalid':
      return refused('tve-invalid', tve.reason);
  }
}

function walkTables(
  tve: TranslatedTve,
  address: bigint,
  access: 'read' | 'write',
  readWord: (address: bigint) => bigint,
): WalkResult {
  const span = spanBits(tve);
  if (address >> BigInt(span) !== 0n) {
    return refused('tvt-address', `the tables reach 2^${span} bytes`);
  }
  const reads: WalkRead[] = [];
  let base = tve.root;
  for (let level = tve.levels - 1; level >= 0; level -= 1) {
    const shift = tve.indexBits * level + tve.pageShift;
    const index = (address >> BigInt(shift)) & ((1n << BigInt(tve.indexBits)) - 1n);
    const entry = base | (index * 8n);
    const tce = readWord(entry);
    reads.push({ level, shift, index, address: entry, tce });
    if (tcePermission(tce) === 0) {
      const kind = level === 0 ? 'TCE' : `indirect TCE of level ${level}`;
      return refused('page-fault', `the ${kind} has no permission bit`, reads);
    }
    if (level > 0) base = nextTable(tce);
  }
  const tce = (reads.at(-1) as WalkRead).tce;
  const permission = tcePermission(tce);
  if ((permission & permissionFor(access)) === 0) {
    return refused('access-fault', `the TCE does not allow the device to ${access}`, reads);
  }
  return { reads, outcome: { real: realAddress(tce, address, tve.pageShift), permission } };
}

function passed(real: bigint): WalkResult {
  return { reads: [], outcome: { real, permission: 3 } };
}

function refused(fault: FaultName, reason: string, reads: readonly WalkRead[] = []): WalkResult {
  return { reads, outcome: { fault, reason } };
}
