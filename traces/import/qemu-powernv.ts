/**
 * QEMU's events of a bare-metal PHB: pnv_phb_tve_write, pnv_phb_tce_kill, and for each DMA pnv_phb_xlate,
 * the pnv_phb_tce_read of its walk and iommu_dma. Stock QEMU has none of them; they come from a build
 * with these trace calls added to hw/pci-host/pnv_phb3.c and pnv_phb4.c.
 */
import { InputError } from '../../models/input-error.ts';
import { Word } from '../word.ts';
import { WordMap } from '../word-map.ts';
import { ASSUMED_BYTES } from './assumed-dma.ts';
import type { ImportLog } from './import.ts';
import { decimal, form, hexadecimal } from './line-form.ts';
import { type PowernvDma, type PowernvRows, REFUSED_WORD } from './powernv-rows.ts';
import type { DmaPiece, QemuEvent, QemuEventGroup } from './qemu-event.ts';
import { Refusals } from './refusals.ts';

const DEVFN_BITS = 0xff;
/** Reads of one walk; a table has 5 levels at most. */
const READS_MAX = 8;
/** The real address of a DMA whose source does not tell it. */
const NOT_RECORDED: Readonly<Word> = new Word();

export class QemuPowernv implements QemuEventGroup {
  readonly events: Readonly<Record<string, QemuEvent>>;
  /** A translation whose DMA line is still to come .. */
  private readonly waiting: PowernvDma = {
    phb: 0,
    devfn: 0,
    pe: 0,
    address: new Word(),
    length: 0,
    write: false,
    real: new Word(),
  };
  private isWaiting = false;
  /** .. and what it read so far. */
  private readonly reads = Array.from({ length: READS_MAX }, () => ({
    address: new Word(),
    tce: new Word(),
  }));
  private readCount = 0;
  private readonly tves = new WordMap();
  private readonly refusals = new Refusals();

  constructor(
    private readonly rows: PowernvRows,
    private readonly log: ImportLog,
  ) {
    this.events = {
      pnv_phb_tve_write: this.tveWrite(),
      pnv_phb_tce_kill: this.kill(),
      pnv_phb_xlate: this.translation(),
      pnv_phb_tce_read: this.tableRead(),
    };
  }

  /** The DMA of the waiting translation. */
  dma(piece: DmaPiece): void {
    if (!this.isWaiting) {
      this.log.expected('DMA without its translation');
      return;
    }
    this.isWaiting = false;
    const waiting = this.waiting;
    if (piece.length > 0) {
      this.refusals.end();
      this.add(piece.length, piece.real);
      return;
    }
    const device = (waiting.phb * 2 ** 16 + waiting.pe) * 2 + Number(waiting.write);
    if (this.refusals.continues(device, waiting.address, piece.asked - 1)) {
      this.log.expected('retry of a refused DMA');
      return;
    }
    this.add(piece.asked, REFUSED_WORD);
  }

  /** Called before any known event: what waited for another one becomes a row. */
  settle(next: string): void {
    if (!this.isWaiting || next === 'pnv_phb_tce_read' || next === 'iommu_dma') return;
    this.isWaiting = false;
    this.log.assume('length of a DMA');
    this.add(ASSUMED_BYTES, NOT_RECORDED);
  }

  /** The rows of the waiting translation. */
  private add(length: number, real: Word): void {
    const waiting = this.waiting;
    const reads = this.reads;
    const readCount = this.readCount;
    for (let index = 0; index < readCount; index += 1) {
      this.rows.read(waiting.phb, reads[index].address, reads[index].tce);
    }
    waiting.length = length;
    waiting.real.copy(real);
    this.rows.dma(waiting);
  }

  /** Firmware writes the whole TVT with zeros and many entries again; only changes are rows. */
  private tveWrite(): QemuEvent {
    const phb = decimal('phb', 8);
    const index = decimal('tve', 16);
    const tve = hexadecimal('val', 64);
    const place = new Word();
    const before = new Word();
    return {
      form: form`phb=${phb} tve=${index} val=${tve}`,
      take: () => {
        place.set(phb.value, index.value);
        if (!this.tves.get(place, before)) before.set(0, 0);
        if (before.equals(tve)) {
          this.log.expected('TVE written with what it held');
          return;
        }
        this.tves.set(place, tve);
        this.rows.tve(phb.value, index.value, tve);
      },
    };
  }

  private kill(): QemuEvent {
    const phb = decimal('phb', 8);
    const register = hexadecimal('val', 64);
    return {
      form: form`phb=${phb} val=${register}`,
      take: () => this.rows.kill(phb.value, register),
    };
  }

  private translation(): QemuEvent {
    const phb = decimal('phb', 8);
    const devfn = hexadecimal('devfn', 32);
    const pe = decimal('pe', 16);
    const select = decimal('sel', 32);
    const tve = hexadecimal('tve', 64);
    const address = hexadecimal('iova', 64);
    const write = decimal('w', 1);
    return {
      form: form`phb=${phb} devfn=${devfn} pe=${pe} sel=${select} tve=${tve} iova=${address} w=${write}`,
      take: () => {
        const waiting = this.waiting;
        waiting.phb = phb.value;
        waiting.devfn = devfn.low & DEVFN_BITS;
        waiting.pe = pe.value;
        waiting.address.copy(address);
        waiting.write = write.value === 1;
        this.isWaiting = true;
        this.readCount = 0;
      },
    };
  }

  private tableRead(): QemuEvent {
    const level = decimal('lev', 32);
    const address = hexadecimal('taddr', 64);
    const tce = hexadecimal('tce', 64);
    return {
      form: form`lev=${level} taddr=${address} tce=${tce}`,
      take: () => {
        if (!this.isWaiting) {
          this.log.expected('table read outside a translation');
          return;
        }
        if (this.readCount === READS_MAX) {
          throw new InputError(`expected at most ${READS_MAX} reads in a walk, got another`);
        }
        const read = this.reads[this.readCount];
        read.address.copy(address);
        read.tce.copy(tce);
        this.readCount += 1;
      },
    };
  }
}
