/**
 * The PE state table entry that a PHB writes to memory when a DMA fails: 16 bytes a PE at PEST_BAR.
 * Fields after skiboot include/phb4-regs.h (IODA3_PEST0_*, IODA3_PEST1_*). Inferred: bit 18 for a TCE
 * without permission bits, bit 19 for the wrong direction, bit 16 (IODA error) for what never came to a
 * TCE. Left out: the bits that tell how a read was answered ([8] completer abort, [9] unsupported
 * request; no source says which), and the LEM bit number.
 */
import { ibmInsert } from './bits.ts';
import type { FaultName } from './walk.ts';

/** Transaction types of PEST0[5:7] that a DMA can have. */
const TTYPE = { write: 0n, read: 2n } as const;

/** The bit of PEST0 that a fault sets. */
const FAULT_BIT: Readonly<Record<FaultName, number>> = {
  'page-fault': 18,
  'access-fault': 19,
  'tve-invalid': 16,
  'tvt-address': 16,
  'unsupported-address': 16,
};

export interface PestEntry {
  readonly pest0: bigint;
  readonly pest1: bigint;
}

/** The entry for a DMA that was refused, `address` being the bus address that failed. */
export function encodePest(failure: {
  transaction: keyof typeof TTYPE;
  fault: FaultName;
  rid: number;
  address: bigint;
}): PestEntry {
  const faultBit = FAULT_BIT[failure.fault];
  return {
    pest0:
      ibmInsert(TTYPE[failure.transaction], 5, 7) |
      ibmInsert(1n, faultBit, faultBit) |
      ibmInsert(BigInt(failure.rid), 32, 47),
    pest1: ibmInsert(failure.address, 3, 63),
  };
}
