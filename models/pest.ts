/**
 * The PE state table entry that a PHB writes to memory when a DMA fails: 16 bytes a PE at PEST_BAR.
 * Fields after skiboot include/phb4-regs.h (IODA3_PEST0_*, IODA3_PEST1_*). Inferred: bit 18 for a TCE
 * without permission bits, bit 19 for the wrong direction.
 */
import { ibmInsert } from './bits.ts';

/** Transaction types of PEST0[5:7] that a DMA can have. */
const TTYPE = { write: 0n, msi: 1n, read: 2n } as const;

export interface PestEntry {
  readonly pest0: bigint;
  readonly pest1: bigint;
}

/** The entry for a DMA that a TCE refused: `page` where nothing is mapped, `access` for direction. */
export function encodePest(failure: {
  transaction: keyof typeof TTYPE;
  fault: 'page' | 'access';
  rid: number;
  address: bigint;
}): PestEntry {
  const faultBit = failure.fault === 'page' ? 18 : 19;
  return {
    pest0:
      ibmInsert(TTYPE[failure.transaction], 5, 7) |
      ibmInsert(1n, faultBit, faultBit) |
      ibmInsert(BigInt(failure.rid), 32, 47),
    pest1: ibmInsert(failure.address, 3, 63),
  };
}
