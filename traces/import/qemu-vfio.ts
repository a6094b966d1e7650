/**
 * QEMU's calls of the host's VFIO sPAPR TCE container (hw/vfio/trace-events). Where the log has the guest's
 * own calls (spapr_iommu_*), these lines are only what QEMU made of them; alone they tell of windows and,
 * without real addresses, of mappings. They name no PHB: it is PHB 0.
 */
import { InputError } from '../../models/input-error.ts';
import { TCE_PCI_READ_WRITE } from '../../models/tce.ts';
import { Op } from '../format.ts';
import { Word, wordOf } from '../word.ts';
import type { ImportLog } from './import.ts';
import { MAPPING_BYTES_MAX, ROW_BYTES_MAX } from './kernel-rows.ts';
import { decimal, form, hexadecimal, result, word } from './line-form.ts';
import type { PseriesRows } from './pseries-rows.ts';
import type { QemuEvent, QemuEventGroup } from './qemu-event.ts';
import { assumedReal } from './window-limit.ts';

/** LIOBNs of PHB 0's window at bus address 0 and of the one above. */
const FIRST_LIOBN = 0x8000_0000;
const LIOBNS = [FIRST_LIOBN, FIRST_LIOBN + 1] as const;
const PAGE_SHIFT_MAX = 63;
/** A mapping is not translated by what QEMU logs, but by the guest's TCE. */
const GUEST_CALL = 'spapr_iommu_';
const GUEST_TRANSLATION = 'spapr_iommu_xlate';
const PAGE_BITS = 0xfff;
const NOTHING: Readonly<Word> = new Word();

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
        const address = new Word().copy(first);
        const bytes = bytesOf(first, last);
        if (kind === 'UNMAP') {
          this.waiting = () => this.unmap(address, bytes);
        } else if (bytes <= MAPPING_BYTES_MAX) {
          this.waiting = () => this.map(address, bytes);
        } else {
          throw new InputError('end: expected an address less than 16 TiB behind the first');
        }
      },
    };
  }

  private map(address: Word, bytes: number): void {
    const liobn = liobnAt(address);
    if (!this.rows.accepts(liobn)) return;
    const value = assumedReal(address);
    value.low = (value.low & ~PAGE_BITS) | TCE_PCI_READ_WRITE;
    for (let left = bytes; left > 0; left -= ROW_BYTES_MAX) {
      const length = Math.min(left, ROW_BYTES_MAX);
      this.log.assume('real address of a mapping');
      this.rows.map(liobn, Op.map, address, value, length);
      address.advance(length);
      value.advance(length);
    }
  }

  private unmap(address: Word, bytes: number): void {
    if (bytes <= ROW_BYTES_MAX) {
      this.rows.map(liobnAt(address), Op.unmap, address, NOTHING, bytes);
      return;
    }
    // The address space that QEMU names may reach far beyond the windows, where nothing is mapped.
    const parts = LIOBNS.map((liobn) => this.partIn(liobn, address, bytes));
    if (parts.every((part) => part === 0)) this.log.expected('unmapping outside the windows');
  }

  /** Unmaps what lies in a window; answers how many bytes these are. */
  private partIn(liobn: number, address: Word, bytes: number): number {
    const window = this.rows.extent(liobn);
    if (!window) return 0;
    const first = address.toBigInt();
    const from = first > window.from ? first : window.from;
    const end = first + BigInt(bytes) < window.end ? first + BigInt(bytes) : window.end;
    const part = Math.max(0, Number(end - from));
    if (part > MAPPING_BYTES_MAX) {
      this.log.expected('unmapping of more than 16 TiB');
      return part;
    }
    const at = wordOf(from);
    for (let left = part; left > 0; left -= ROW_BYTES_MAX) {
      const length = Math.min(left, ROW_BYTES_MAX);
      this.rows.map(liobn, Op.unmap, at, NOTHING, length);
      at.advance(length);
    }
    return part;
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

/** Bytes from a first to a last address; beyond 2^53 about so many. */
function bytesOf(first: Word, last: Word): number {
  const distance = last.distanceFrom(first);
  if (distance >= 0) return distance + 1;
  if (last.isBelow(first)) throw new InputError('end: expected an address behind the first');
  return Number(last.toBigInt() - first.toBigInt()) + 1;
}

/** PHB 0 has two windows: one from bus address 0, one high above. */
function liobnAt(address: Word): number {
  return FIRST_LIOBN + (address.high === 0 ? 0 : 1);
}
