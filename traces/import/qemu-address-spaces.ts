/**
 * QEMU's address_space_map (system/trace-events): a device asks for memory at a bus address, with length and
 * direction, before any IOMMU translates it. Where a log has translations, too, the line explains those that
 * follow; where it has none it is the DMA itself. Which it is may show late: rows of such DMAs are taken back
 * when the first translation comes, as long as they lie in the log's first batch.
 */
import { InputError } from '../../models/input-error.ts';
import { BATCH_ROWS, Op } from '../format.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { Word } from '../word.ts';
import { WordMap } from '../word-map.ts';
import type { ImportLog } from './import.ts';
import { decimal, form, hexadecimal } from './line-form.ts';
import type { KnownDma, QemuEvent, QemuEventGroup } from './qemu-event.ts';

/** Events of an IOMMU that translates. */
const TRANSLATIONS: readonly string[] = ['spapr_iommu_xlate', 'pnv_phb_xlate', 'iommu_dma'];
const PES_MAX = 2 ** 16 - 1;
/** What is assumed where no translation says whether a device asked. */
const KEPT = 'that address_space_map is a DMA';
const UNTRANSLATED = 'memory that no IOMMU translates';

export class QemuAddressSpaces implements QemuEventGroup {
  readonly events: Readonly<Record<string, QemuEvent>> = { address_space_map: this.map() };
  /** The last request. */
  private readonly space = new Word();
  private readonly address = new Word();
  private length = 0;
  private op: number = Op.read;
  /** It is not known yet whether the request will be translated. */
  private isWaiting = false;
  private hasTranslations = false;
  /** Rows of requests that no translation followed, while it is not known whether the log has any. */
  private doubtful: number[] = [];
  /** PE# by QEMU's address of the address space. */
  private readonly numbers = new WordMap();
  private lastNumber = 0;
  private readonly number = new Word();

  constructor(
    private readonly rows: RowBuffer,
    private readonly log: ImportLog,
  ) {}

  /** What the translation of a bus address is for: a part of the last request, up to its page's end. */
  take(bus: Word, pageRest: number): KnownDma | undefined {
    const done = bus.distanceFrom(this.address);
    if (done < 0 || done >= this.length) return undefined;
    return { op: this.op, length: Math.min(this.length - done, pageRest) };
  }

  /** Called before any known event: what waited for another one becomes a row. */
  settle(next: string): void {
    if (!this.hasTranslations && TRANSLATIONS.includes(next)) this.beginTranslations();
    if (!this.isWaiting) return;
    this.isWaiting = false;
    if (TRANSLATIONS.includes(next)) return;
    if (this.hasTranslations) this.log.expected(UNTRANSLATED);
    else this.add();
  }

  /** After the last line: what is in doubt stays. */
  finish(): void {
    this.keepDoubtful();
  }

  private beginTranslations(): void {
    this.hasTranslations = true;
    if (this.rows.total > BATCH_ROWS) this.keepDoubtful();
    if (this.doubtful.length === 0) return;
    this.rows.remove(this.doubtful);
    this.log.expected(UNTRANSLATED, this.doubtful.length);
    this.doubtful = [];
  }

  private keepDoubtful(): void {
    if (this.doubtful.length > 0) this.log.assume(KEPT, this.doubtful.length);
    this.doubtful = [];
  }

  private add(): void {
    const row = this.rows.claim();
    const { columns } = this.rows;
    columns.op[row] = this.op;
    columns.pe[row] = this.peOf(this.space);
    columns.length[row] = this.length;
    this.address.store(columns.address, row);
    this.doubtful.push(this.rows.total - 1);
    if (this.rows.total > BATCH_ROWS) this.keepDoubtful();
  }

  /** Address spaces are numbered as they appear. */
  private peOf(space: Word): number {
    const number = this.number;
    if (!this.numbers.get(space, number)) {
      this.lastNumber = (this.lastNumber % PES_MAX) + 1;
      this.numbers.set(space, number.set(0, this.lastNumber));
    }
    return number.low;
  }

  private map(): QemuEvent {
    const space = hexadecimal('as', 64);
    const address = hexadecimal('addr', 64);
    const length = hexadecimal('length', 64);
    const write = decimal('write', 1);
    const attributes = hexadecimal('attrs', 32);
    return {
      form: form`as:${space} addr ${address}:${length} write:${write} attrs:${attributes}`,
      take: () => {
        if (length.high !== 0) {
          const got = length.toBigInt().toString(16);
          throw new InputError(`length: expected less than 4 GiB, got 0x${got}`);
        }
        this.space.copy(space);
        this.address.copy(address);
        this.length = length.low >>> 0;
        this.op = write.value === 1 ? Op.write : Op.read;
        this.isWaiting = this.length > 0;
        if (!this.isWaiting) this.log.expected('memory of no bytes');
      },
    };
  }
}
