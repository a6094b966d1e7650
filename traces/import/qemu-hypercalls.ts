/**
 * What a PAPR guest did to its windows, as QEMU logs it (hw/ppc/trace-events): the H_PUT_TCE family and the
 * DDW calls. A build with spapr_iommu_indirect_entry added logs the entries of lists, too.
 */
import { log2Exact } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { Word } from '../word.ts';
import type { ImportLog } from './import.ts';
import { decimal, form, hexadecimal, result } from './line-form.ts';
import { phbOfBuid } from './liobn.ts';
import type { PseriesRows } from './pseries-rows.ts';
import type { QemuEvent, QemuEventGroup } from './qemu-event.ts';

/** Entries of a list that H_PUT_TCE_INDIRECT takes: a page of 8-byte words. */
const LIST_ENTRIES_MAX = 512;

export class QemuHypercalls implements QemuEventGroup {
  readonly events: Readonly<Record<string, QemuEvent>>;
  /** Entries of the list whose call comes next. */
  private entries: { address: Word; tce: Word }[] = [];
  private readonly first = new Word();
  private readonly bytes = new Word();

  constructor(
    private readonly rows: PseriesRows,
    private readonly log: ImportLog,
  ) {
    this.events = {
      ...this.hypercalls('spapr_iommu'),
      ...this.hypercalls('spapr_iommu_pci'),
      spapr_iommu_ddw_create: this.windowCreate(),
      spapr_iommu_ddw_remove: this.windowRemove(),
      spapr_iommu_ddw_reset: this.windowReset(),
    };
  }

  private hypercalls(prefix: string): Record<string, QemuEvent> {
    return {
      [`${prefix}_put`]: this.put(),
      [`${prefix}_get`]: this.get(),
      [`${prefix}_stuff`]: this.stuff(),
      [`${prefix}_indirect_entry`]: this.entry(),
      [`${prefix}_indirect`]: this.indirect(),
    };
  }

  private put(): QemuEvent {
    const { liobn, address, tce, ret, form } = oneTce();
    return {
      form,
      take: () => {
        if (this.succeeded(ret)) this.rows.put(liobn.low, address, tce);
      },
    };
  }

  private get(): QemuEvent {
    const liobn = hexadecimal('liobn', 32);
    const address = hexadecimal('ioba', 64);
    const ret = result('ret');
    const tce = hexadecimal('tce', 64);
    return {
      form: form`liobn=${liobn} ioba=${address} ret=${ret} tce=${tce}`,
      take: () => this.log.expected('H_GET_TCE, which changes nothing'),
    };
  }

  /** QEMU logs the address behind the last page. */
  private stuff(): QemuEvent {
    const liobn = hexadecimal('liobn', 32);
    const end = hexadecimal('ioba', 64);
    const tce = hexadecimal('tcevalue', 64);
    const pages = decimal('npages', 32);
    const ret = result('ret');
    return {
      form: form`liobn=${liobn} ioba=${end} tcevalue=${tce} npages=${pages} ret=${ret}`,
      take: () => {
        if (!this.succeeded(ret)) return;
        if (!this.stepBack(liobn.low, end, pages.value)) {
          const got = end.toBigInt().toString(16);
          throw new InputError(`ioba: expected the end of ${pages.value} pages, got 0x${got}`);
        }
        this.rows.stuff(liobn.low, this.first, tce, pages.value);
      },
    };
  }

  private entry(): QemuEvent {
    const { address, tce, ret, form } = oneTce();
    return {
      form,
      take: () => {
        if (ret.value !== 0) return;
        if (this.entries.length === LIST_ENTRIES_MAX) {
          throw new InputError(
            `expected at most ${LIST_ENTRIES_MAX} entries in a list, got another`,
          );
        }
        this.entries.push({ address: new Word().copy(address), tce: new Word().copy(tce) });
      },
    };
  }

  /** QEMU logs the first address, the last index and the last TCE; Linux's lists are linear. */
  private indirect(): QemuEvent {
    const liobn = hexadecimal('liobn', 32);
    const address = hexadecimal('ioba', 64);
    const list = hexadecimal('tcelist', 64);
    const last = hexadecimal('iobaN', 32);
    const lastTce = hexadecimal('tceN', 64);
    const ret = result('ret');
    return {
      form: form`liobn=${liobn} ioba=${address} tcelist=${list} iobaN=${last} tceN=${lastTce} ret=${ret}`,
      take: () => {
        if (this.entries.length > 0) {
          this.linearRuns(liobn.low);
          return;
        }
        if (!this.succeeded(ret)) return;
        if (!this.stepBack(liobn.low, lastTce, last.low >>> 0)) {
          const got = lastTce.toBigInt().toString(16);
          throw new InputError(`tceN: expected the end of a linear list, got 0x${got}`);
        }
        this.rows.indirect(liobn.low, address, this.first, (last.low >>> 0) + 1);
      },
    };
  }

  /** Sets `first` so many pages in front of a word; answers false where that is below 0. */
  private stepBack(liobn: number, from: Word, pages: number): boolean {
    const first = this.first;
    const bytes = this.bytes;
    if (!bytes.setShifted(pages, this.rows.pageShift(liobn)) || from.isBelow(bytes)) return false;
    first.copy(from).subtract(bytes);
    return true;
  }

  /** Logged entries as rows: one for each run in which address and TCE step by the page. */
  private linearRuns(liobn: number): void {
    const entries = this.entries;
    const step = this.bytes;
    this.entries = [];
    step.setShifted(1, this.rows.pageShift(liobn));
    let from = 0;
    for (let at = 1; at <= entries.length; at += 1) {
      const before = entries[at - 1];
      const entry = entries[at];
      if (
        entry &&
        this.first.copy(before.address).add(step).equals(entry.address) &&
        this.first.copy(before.tce).add(step).equals(entry.tce)
      ) {
        continue;
      }
      this.rows.indirect(liobn, entries[from].address, entries[from].tce, at - from);
      from = at;
    }
  }

  private windowCreate(): QemuEvent {
    const buid = hexadecimal('buid', 64);
    const device = hexadecimal('addr', 64);
    const page = hexadecimal('page size', 64);
    const bytes = hexadecimal('requested', 64);
    const start = hexadecimal('start addr', 64);
    const liobn = hexadecimal('liobn', 32);
    return {
      form: form`buid=${buid} addr=${device}, page size=${page}, requested=${bytes}, start addr=${start}, liobn=${liobn}`,
      take: () => {
        const pageShift = log2Exact(page.toBigInt());
        if (Number.isNaN(pageShift)) {
          const got = page.toBigInt().toString(16);
          throw new InputError(`page size: expected a power of two, got 0x${got}`);
        }
        this.rows.create(liobn.low, { pageShift, bytes, start });
      },
    };
  }

  private windowRemove(): QemuEvent {
    const liobn = hexadecimal('liobn', 32);
    return { form: form`liobn=${liobn}`, take: () => this.rows.remove(liobn.low) };
  }

  private windowReset(): QemuEvent {
    const buid = hexadecimal('buid', 64);
    const device = hexadecimal('addr', 64);
    return {
      form: form`buid=${buid} addr=${device}`,
      take: () => this.rows.reset(phbOfBuid(buid.low)),
    };
  }

  private succeeded(ret: { readonly value: number }): boolean {
    if (ret.value !== 0) this.log.expected('failed hypercall');
    return ret.value === 0;
  }
}

/** The form of a call, or of an entry of a list, that sets one TCE. */
function oneTce() {
  const liobn = hexadecimal('liobn', 32);
  const address = hexadecimal('ioba', 64);
  const tce = hexadecimal('tce', 64);
  const ret = result('ret');
  return {
    ...{ liobn, address, tce, ret },
    form: form`liobn=${liobn} ioba=${address} tce=${tce} ret=${ret}`,
  };
}
