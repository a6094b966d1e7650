/**
 * Rows of a bare-metal host (QEMU powernv): TVE writes, kills, and DMA with the table reads that answered
 * it. Linux writes TCEs by plain stores that no trace of the PHB sees, so they are found from their
 * effect: where a read brings another word than the last one known there, a `store` row goes in front.
 */
import { Op, REFUSED } from '../format.ts';
import type { RowBuffer } from '../row-buffer.ts';

/** A DMA request with what the PHB read to translate it. */
interface PowernvDma {
  readonly phb: number;
  /** Device and function; QEMU's event does not tell the bus, which stays 0. */
  readonly devfn: number;
  readonly pe: number;
  readonly address: bigint;
  readonly length: number;
  readonly write: boolean;
  /** The real address, or REFUSED, or 0 where it is not recorded. */
  readonly real: bigint;
  /** Real address and value of each TCE that was read, top level first. */
  readonly reads: readonly (readonly [address: bigint, tce: bigint])[];
}

/** Memory that nobody stored to reads as zero. */
const UNTOUCHED = 0n;
const REAL_ADDRESS_BITS = 60n;

export class PowernvRows {
  /** Words as some row of this trace left them, seen by one memory for the whole machine .. */
  private readonly machine = new Map<bigint, bigint>();
  /** .. and by one for each PHB: a replay may keep either, and both must find the table. */
  private readonly own = new Map<bigint, bigint>();

  constructor(private readonly rows: RowBuffer) {}

  /** A TVT entry is written; every PE has two. */
  tve(phb: number, index: number, tve: bigint): void {
    this.rows.add({ op: Op.tve, phb, pe: index >> 1, address: BigInt(index), value: tve });
  }

  /** The TCE kill register is written. */
  kill(phb: number, register: bigint): void {
    this.rows.add({ op: Op.kill, phb, value: register });
  }

  dma(dma: PowernvDma): void {
    const { phb, devfn, pe, address, length } = dma;
    for (const [word, tce] of dma.reads) this.store(phb, word, tce);
    const op = dma.write ? Op.write : Op.read;
    this.rows.add({ op, phb, rid: devfn, pe, length, address, value: dma.real });
  }

  private store(phb: number, address: bigint, tce: bigint): void {
    const key = (BigInt(phb) << REAL_ADDRESS_BITS) | address;
    const known = this.machine.get(address) ?? UNTOUCHED;
    if (known === tce && (this.own.get(key) ?? UNTOUCHED) === tce) return;
    this.machine.set(address, tce);
    this.own.set(key, tce);
    this.rows.add({ op: Op.store, phb, address, length: 8, value: tce });
  }
}

/** The `real` of a DMA: its address, or the mark of a refusal. */
export function realOrRefused(real: bigint | undefined): bigint {
  return real === undefined ? REFUSED : real;
}
