/**
 * QEMU's calls of the host's VFIO sPAPR TCE container (hw/vfio/trace-events). Where the log has the guest's
 * own calls (spapr_iommu_*), these lines are only what QEMU made of them; alone they tell of windows and,
 * without real addresses, of mappings. They name no PHB: it is PHB 0.
 */
import { InputError } from '../../models/input-error.ts';
import { TCE_PCI_READ_WRITE } from '../../models/tce.ts';
import { Op } from '../format.ts';
import { Word } from '../word.ts';
import type { ImportLog } from './import.ts';
import { decimal, form, hexadecimal, result, word } from './line-form.ts';
import type { PseriesRows } from './pseries-rows.ts';
import type { QemuEvent, QemuEventGroup } from './qemu-event.ts';

/** LIOBNs of PHB 0's window at bus address 0 and of the one above. */
const FIRST_LIOBN = 0x8000_0000;
const PAGE_SHIFT_MAX = 63;
/** A mapping is not translated by what QEMU logs, but by the guest's TCE. */
const GUEST_CALL = 'spapr_iommu_';
const GUEST_TRANSLATION = 'spapr_iommu_xlate';
/** Stands for the real address that the log does not tell: the bus address within 1 TiB, upper half. */
const ASSUMED_REAL_HIGH_BITS = 0xff;
const PAGE_BITS = 0xfff;

type Row = () => void;

export class QemuVfio implements QemuEventGroup {
  readonly events: Readonly<Record<string, QemuEvent>> = {
    vfio_spapr_create_window: this.create(),
    vfio_spapr_remove_window: this.remove(),
    vfio_iommu_map_notify: this.notify(),
    vfio_prereg_register: this.registration(),
    vfio_prereg_unregister: this.registration(),
  };

  private hasGuestCalls = false;
  /** The line that comes next may be the guest's call behind this row. */
  private waiting: Row | undefined;

  constructor(
    private readonly rows: PseriesRows,
    private readonly log: ImportLog,
  ) {}

  /** Called before any known event: what waited for another one becomes a row. */
  settle(next: string): void {
    if (!this.hasGuestCalls && next !== GUEST_TRANSLATION) {
      this.hasGuestCalls = next.startsWith(GUEST_CALL);
    }
    const waiting = this.waiting;
    if (!waiting) return;
    this.waiting = undefined;
    if (this.hasGuestCalls) this.log.expected("what QEMU made of a guest's call");
    else waiting();
  }

  private create(): QemuEvent {
    const shift = hexadecimal('pageshift', 32);
    const levels = decimal('levels', 8);
    const size = hexadecimal('winsize', 64);
    const offset = hexadecimal('offset', 64);
    return {
      form: form`pageshift=${shift} levels=${levels} winsize=${size} offset=${offset}`,
      take: () => {
        const pageShift = shift.low >>> 0;
        if (pageShift > PAGE_SHIFT_MAX) {
          throw new InputError(`pageshift: expected at most ${PAGE_SHIFT_MAX}, got ${pageShift}`);
        }
        const window = {
          pageShift,
          levels: levels.value,
          bytes: new Word().copy(size),
          start: new Word().copy(offset),
        };
        this.waiting = () => this.rows.create(liobnAt(window.start), window);
      },
    };
  }

  private remove(): QemuEvent {
    const offset = hexadecimal('offset', 64);
    return {
      form: form`offset=${offset}`,
      take: () => {
        const liobn = liobnAt(offset);
        this.waiting = () => this.rows.remove(liobn);
      },
    };
  }

  /** A mapping or its end, from the first to the last byte. */
  private notify(): QemuEvent {
    const operation = word('operation');
    const first = hexadecimal('iova', 64);
    const last = hexadecimal('end', 64);
    return {
      form: form`iommu ${operation} @ ${first} - ${last}`,
      take: () => {
        const kind = operation.toString();
        if (kind !== 'MAP' && kind !== 'UNMAP') {
          throw new InputError(`operation: expected MAP or UNMAP, got '${kind}'`);
        }
        const length = last.distanceFrom(first) + 1;
        if (length <= 0 || length >= 2 ** 32) {
          throw new InputError('end: expected an address less than 4 GiB behind the first');
        }
        const address = new Word().copy(first);
        this.waiting = () => this.map(kind === 'MAP', address, length);
      },
    };
  }

  private map(isMap: boolean, address: Word, length: number): void {
    const value = new Word();
    if (isMap) {
      this.log.assume('real address of a mapping');
      value.high = address.high & ASSUMED_REAL_HIGH_BITS;
      value.low = (address.low & ~PAGE_BITS) | TCE_PCI_READ_WRITE;
    }
    this.rows.map(liobnAt(address), isMap ? Op.map : Op.unmap, address, value, length);
  }

  private registration(): QemuEvent {
    const address = hexadecimal('va', 64);
    const size = hexadecimal('size', 64);
    const ret = result('ret');
    return {
      form: form`va=${address} size=${size} ret=${ret}`,
      take: () => this.log.expected('registration of memory, which changes no table'),
    };
  }
}

/** PHB 0 has two windows: one from bus address 0, one high above. */
function liobnAt(address: Word): number {
  return FIRST_LIOBN + (address.high === 0 ? 0 : 1);
}
