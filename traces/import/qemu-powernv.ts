/**
 * QEMU's events of a bare-metal PHB: pnv_phb_tve_write, pnv_phb_tce_kill, and for each DMA pnv_phb_xlate,
 * the pnv_phb_tce_read of its walk and iommu_dma. Stock QEMU has none of them; they come from a build
 * with these trace calls added to hw/pci-host/pnv_phb3.c and pnv_phb4.c.
 */
import { REFUSED } from '../format.ts';
import { ASSUMED_BYTES } from './assumed-dma.ts';
import { count, word } from './fields.ts';
import type { ImportLog } from './import.ts';
import type { PowernvRows } from './powernv-rows.ts';
import type { DmaPiece, QemuEvent, QemuEventGroup } from './qemu-event.ts';
import { Refusals } from './refusals.ts';

/** A translation whose DMA line is still to come. */
interface Translation {
  readonly phb: number;
  readonly devfn: number;
  readonly pe: number;
  readonly address: bigint;
  readonly write: boolean;
  readonly reads: [bigint, bigint][];
}

export class QemuPowernv implements QemuEventGroup {
  readonly events: Readonly<Record<string, QemuEvent>> = {
    pnv_phb_tve_write: {
      form: /^phb=(\d+) tve=(\d+) val=(\w+)$/,
      take: ([phb, index, tve]) =>
        this.tve(count(phb, 'phb', 8), count(index, 'tve', 16), word(tve, 'val')),
    },
    pnv_phb_tce_kill: {
      form: /^phb=(\d+) val=(\w+)$/,
      take: ([phb, register]) => this.rows.kill(count(phb, 'phb', 8), word(register, 'val')),
    },
    pnv_phb_xlate: {
      form: /^phb=(\d+) devfn=(\w+) pe=(\d+) sel=\d+ tve=\w+ iova=(\w+) w=([01])$/,
      take: ([phb, devfn, pe, address, write]) => {
        this.waiting = {
          phb: count(phb, 'phb', 8),
          devfn: Number(word(devfn, 'devfn')) & 0xff,
          pe: count(pe, 'pe', 16),
          address: word(address, 'iova'),
          write: write === '1',
          reads: [],
        };
      },
    },
    pnv_phb_tce_read: {
      form: /^lev=\d+ taddr=(\w+) tce=(\w+)$/,
      take: ([address, tce]) => {
        if (this.waiting) this.waiting.reads.push([word(address, 'taddr'), word(tce, 'tce')]);
        else this.log.expected('table read outside a translation');
      },
    },
  };

  private waiting: Translation | undefined;
  private readonly tves = new Map<string, bigint>();
  private readonly refusals = new Refusals();

  constructor(
    private readonly rows: PowernvRows,
    private readonly log: ImportLog,
  ) {}

  /** The DMA of the waiting translation. */
  dma(piece: DmaPiece): void {
    const waiting = this.waiting;
    this.waiting = undefined;
    if (!waiting) {
      this.log.expected('DMA without its translation');
      return;
    }
    if (piece.length > 0) {
      this.refusals.end();
      this.rows.dma({ ...waiting, length: piece.length, real: piece.real });
      return;
    }
    const device = `${waiting.phb} ${waiting.pe} ${waiting.write}`;
    if (this.refusals.continues(device, waiting.address, BigInt(piece.asked) - 1n)) {
      this.log.expected('retry of a refused DMA');
      return;
    }
    this.rows.dma({ ...waiting, length: piece.asked, real: REFUSED });
  }

  settle(next: string): void {
    const waiting = this.waiting;
    if (!waiting || next === 'pnv_phb_tce_read' || next === 'iommu_dma') return;
    this.waiting = undefined;
    this.log.assume('length of a DMA');
    this.rows.dma({ ...waiting, length: ASSUMED_BYTES, real: 0n });
  }

  /** Firmware writes the whole TVT with zeros and many entries again; only changes are rows. */
  private tve(phb: number, index: number, tve: bigint): void {
    const key = `${phb} ${index}`;
    if ((this.tves.get(key) ?? 0n) === tve) {
      this.log.expected('TVE written with what it held');
      return;
    }
    this.tves.set(key, tve);
    this.rows.tve(phb, index, tve);
  }
}
