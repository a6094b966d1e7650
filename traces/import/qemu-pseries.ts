/**
 * QEMU's translations of a PAPR guest (hw/ppc/trace-events, spapr_iommu_xlate). Stock QEMU logs them without
 * direction and length, which other events may tell; a build with iommu_dma added has lines with both, and
 * then those are what counts.
 */
import { Op } from '../format.ts';
import { Word } from '../word.ts';
import { assumedLength, assumedOperation } from './assumed-dma.ts';
import type { ImportLog } from './import.ts';
import { decimal, form, hexadecimal } from './line-form.ts';
import { REFUSED_WORD } from './powernv-rows.ts';
import type { PseriesRows } from './pseries-rows.ts';
import type { QemuAddressSpaces } from './qemu-address-spaces.ts';
import type { DmaPiece, KnownDma, QemuEvent, QemuEventGroup } from './qemu-event.ts';
import { type QemuNvme, SUBMISSION_ENTRY_BYTES } from './qemu-nvme.ts';
import { Refusals } from './refusals.ts';

/** A refused DMA without length is tried on 4 bytes further. */
const RETRY_BYTES = 4;
/** A number for the device and direction of a refused DMA: LIOBN and one of these. */
const DIRECTIONS = 4;
const UNKNOWN_DIRECTION = 2;
/** An entry of a submission queue is fetched right before its command is looked at. */
const FETCHED_ENTRY: KnownDma = { op: Op.read, length: SUBMISSION_ENTRY_BYTES };

export class QemuPseries implements QemuEventGroup {
  readonly events: Readonly<Record<string, QemuEvent>>;
  /** A translation that may be explained by the line that comes next. */
  private readonly waiting = {
    liobn: 0,
    offset: new Word(),
    real: new Word(),
    permission: 0,
    pageRest: 0,
  };
  private isWaiting = false;
  private hasDmaLines = false;
  private readonly bus = new Word();
  private readonly refusals = new Refusals();

  constructor(
    private readonly rows: PseriesRows,
    private readonly nvme: QemuNvme,
    private readonly spaces: QemuAddressSpaces,
    private readonly log: ImportLog,
  ) {
    this.events = { spapr_iommu_xlate: this.translation() };
  }

  /** An `iommu_dma` line of this PHB's region. */
  dma(liobn: number, piece: DmaPiece): void {
    this.hasDmaLines = true;
    this.isWaiting = false;
    const { address, asked, length, write, real } = piece;
    const op = write ? Op.write : Op.read;
    if (length > 0) {
      this.refusals.end();
      this.rows.dma(liobn, op, address, length, real);
      return;
    }
    if (this.isRetry(liobn, Number(write), address, asked - 1)) return;
    this.rows.dma(liobn, op, address, asked, REFUSED_WORD);
  }

  /** A waiting translation with no DMA line behind it stands for the DMA itself. */
  settle(next: string): void {
    if (!this.isWaiting || next === 'iommu_dma') return;
    this.isWaiting = false;
    const { liobn, offset, real, permission } = this.waiting;
    if (permission === 0) {
      if (this.isRetry(liobn, UNKNOWN_DIRECTION, offset, RETRY_BYTES)) return;
      this.assumed(REFUSED_WORD);
      return;
    }
    this.refusals.end();
    const isFetch = next === 'pci_nvme_io_cmd' || next === 'pci_nvme_admin_cmd';
    const known = isFetch ? FETCHED_ENTRY : this.known();
    if (known) this.rows.dma(liobn, known.op, offset, known.length, real);
    else this.assumed(real);
  }

  /** What other events told about the waiting translation. */
  private known(): KnownDma | undefined {
    const bus = this.bus;
    const waiting = this.waiting;
    bus.copy(this.rows.start(waiting.liobn)).add(waiting.offset);
    return this.nvme.take(bus) ?? this.spaces.take(bus, waiting.pageRest);
  }

  private assumed(real: Word): void {
    const { liobn, offset, real: page, permission } = this.waiting;
    if (!this.rows.accepts(liobn)) return;
    const op = assumedOperation(permission, this.log);
    this.rows.dma(liobn, op, offset, assumedLength(page.low), real);
  }

  private isRetry(liobn: number, direction: number, address: Word, reach: number): boolean {
    const device = (liobn >>> 0) * DIRECTIONS + direction;
    if (!this.refusals.continues(device, address, reach)) return false;
    this.log.expected('retry of a refused DMA');
    return true;
  }

  private translation(): QemuEvent {
    const liobn = hexadecimal('liobn', 32);
    const offset = hexadecimal('address', 64);
    const page = hexadecimal('page', 64);
    const permission = decimal('perm', 2);
    const mask = hexadecimal('mask', 64);
    return {
      form: form`liobn=${liobn} ${offset} -> ${page} perm=${permission} mask=${mask}`,
      take: () => {
        if (this.hasDmaLines) return;
        const waiting = this.waiting;
        waiting.liobn = liobn.low;
        waiting.offset.copy(offset);
        // Below the mask QEMU prints what stands in the TCE there: its permission bits.
        waiting.real.high = (page.high & ~mask.high) | (offset.high & mask.high);
        waiting.real.low = (page.low & ~mask.low) | (offset.low & mask.low);
        waiting.permission = permission.value;
        waiting.pageRest = (mask.low >>> 0) + 1 - ((offset.low & mask.low) >>> 0);
        this.isWaiting = true;
      },
    };
  }
}
