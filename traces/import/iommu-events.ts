/**
 * Linux's events/iommu (include/trace/events/iommu.h), before and after 5.17, which added the end of each
 * range. They name no device: one that events/dma names for the same bus addresses a few lines around is
 * taken, else the option's, else the one attached last. POWER's own DMA path has none of these events.
 */
import { InputError } from '../../models/input-error.ts';
import { Word, wordOf } from '../word.ts';
import { word } from './fields.ts';
import type { ImportLog } from './import.ts';
import type { KernelEvent, KernelEventGroup, TakeEvent } from './kernel-event.ts';
import type { BusRange, KernelRows } from './kernel-rows.ts';
import { decimal, form, hexadecimal, type LineForm } from './line-form.ts';
import type { Moment, MomentQueue } from './moment-queue.ts';
import { type PciFunction, parsePciName } from './pci-name.ts';

/** The driver stands in front of the device, without a space behind the colon; it may be missing. */
const FAULT = /^IOMMU:(?:.* )?(\S+) iova=(\w+) flags=(\w+)$/;
const DEVICE = /^IOMMU: device=(\S+)$/;
const GROUP = /^IOMMU: groupID=-?\d+ device=\S+$/;

/** include/linux/iommu.h, IOMMU_FAULT_WRITE. */
const FAULT_WRITE = 1n;

/** Unmappings of events/dma that are remembered until an iommu line tells the same. */
const ANNOUNCED_MAX = 64;

/** What both families of events say of a piece of bus addresses. */
export type ChangeKind = 'map' | 'unmap';

/** A change that waits for its device. */
interface Change extends Moment {
  readonly kind: ChangeKind;
  readonly range: BusRange;
  device: PciFunction | undefined;
  permission: number | undefined;
}

interface Announced {
  readonly device: PciFunction;
  readonly range: BusRange;
  readonly isWritten: boolean;
}

export class IommuEvents implements KernelEventGroup {
  readonly events: Readonly<Record<string, TakeEvent>> = {
    map: (event) => this.map(event),
    unmap: (event) => this.unmap(event),
    io_page_fault: (event) => this.fault(event),
    attach_device_to_domain: (event) => this.attach(event),
    detach_device_from_domain: (event) => this.detach(event),
    add_device_to_group: (event) => this.regroup(event),
    remove_device_from_group: (event) => this.regroup(event),
  };

  private readonly iova = hexadecimal('iova', 64);
  private readonly iovaEnd = hexadecimal('end of iova', 64);
  private readonly paddr = hexadecimal('paddr', 64);
  private readonly size = decimal('size', 53);
  private readonly unmapped = decimal('unmapped_size', 53);
  private readonly maps = [
    form`IOMMU: iova=${this.iova} - ${this.iovaEnd} paddr=${this.paddr} size=${this.size}`,
    form`IOMMU: iova=${this.iova} paddr=${this.paddr} size=${this.size}`,
  ];
  private readonly unmaps = [
    form`IOMMU: iova=${this.iova} - ${this.iovaEnd} size=${this.size} unmapped_size=${this.unmapped}`,
    form`IOMMU: iova=${this.iova} size=${this.size} unmapped_size=${this.unmapped}`,
  ];

  private readonly waiting = new Set<Change>();
  private announced: Announced[] = [];
  /** Attached devices by name, the last one attached last. */
  private readonly attached = new Map<string, PciFunction>();

  constructor(
    private readonly rows: KernelRows,
    private readonly moments: MomentQueue,
    private readonly log: ImportLog,
    /** Whose the changes are that nobody names; undefined: what attach events tell. */
    private readonly given: PciFunction | undefined,
  ) {}

  /**
   * A line of events/dma tells whose a range is. Answers whether a change of this kind waited for it: then
   * that change is the row, and the line only its name.
   */
  claim(kind: ChangeKind, device: PciFunction, range: BusRange, permission?: number): boolean {
    let isClaimed = false;
    for (const change of this.waiting) {
      if (change.kind !== kind || !overlaps(change.range, range)) continue;
      change.device = device;
      change.permission = permission;
      change.isDue = true;
      isClaimed = true;
    }
    if (isClaimed) this.moments.settle();
    return isClaimed;
  }

  /** A line of events/dma ends a mapping; an iommu line that tells it, too, may follow. */
  announce(device: PciFunction, range: BusRange, isWritten: boolean): void {
    this.announced.push({ device, range, isWritten });
    if (this.announced.length > ANNOUNCED_MAX) this.announced.shift();
  }

  private map(event: KernelEvent): void {
    const { timeNs } = event;
    readForm(this.maps, event);
    const range = { start: new Word().copy(this.iova), bytes: this.size.value };
    const real = new Word().copy(this.paddr);
    this.rows.check(range.start, range.bytes, real);
    this.wait('map', range, ({ device, permission }) =>
      this.rows.map(timeNs, { ...range, device, real, permission }),
    );
  }

  private unmap(event: KernelEvent): void {
    const { timeNs } = event;
    readForm(this.unmaps, event);
    const range = { start: new Word().copy(this.iova), bytes: this.unmapped.value };
    if (range.bytes === 0) {
      this.log.expected('unmap of nothing');
      return;
    }
    this.rows.check(range.start, range.bytes);
    const known = this.announced.find((each) => overlaps(each.range, range));
    if (!known) {
      this.wait('unmap', range, ({ device }) => this.rows.unmap(timeNs, device, range));
      return;
    }
    this.announced = this.announced.filter((each) => !overlaps(each.range, range));
    if (known.isWritten) {
      this.log.expected('told by events/dma, too');
      return;
    }
    this.moments.write(() => this.rows.unmap(timeNs, known.device, range));
  }

  /** Lets a change wait for its device, and falls back on what is known now. */
  private wait(kind: ChangeKind, range: BusRange, write: (change: Change) => void): void {
    const fallback = this.given ?? [...this.attached.values()].at(-1);
    const isSure = this.given !== undefined || this.attached.size === 1;
    const change: Change = {
      kind,
      range,
      device: undefined,
      permission: undefined,
      isDue: false,
      write: () => {
        this.waiting.delete(change);
        if (!change.device && !isSure) this.log.assume('device of a mapping');
        change.device ??= fallback;
        write(change);
      },
    };
    this.waiting.add(change);
    this.moments.add(change);
  }

  private fault({ payload, timeNs }: KernelEvent): void {
    const [name, iova, flags] = fieldsOf(FAULT, payload);
    const address = wordOf(word(iova, 'iova'));
    const isWrite = (word(flags, 'flags') & FAULT_WRITE) !== 0n;
    const device = parsePciName(name as string);
    if (!device) {
      this.log.expected('device that is not PCI');
      return;
    }
    this.rows.checkDevice(device);
    this.moments.write(() => this.rows.refused(timeNs, device, address, isWrite));
  }

  private attach({ payload }: KernelEvent): void {
    const [name] = fieldsOf(DEVICE, payload) as [string];
    const device = parsePciName(name);
    if (device) {
      this.rows.checkDevice(device);
      this.attached.delete(name);
      this.attached.set(name, device);
    }
    this.log.expected('device of a domain or group');
  }

  private detach({ payload }: KernelEvent): void {
    const [name] = fieldsOf(DEVICE, payload) as [string];
    this.attached.delete(name);
    this.log.expected('device of a domain or group');
  }

  private regroup({ payload }: KernelEvent): void {
    fieldsOf(GROUP, payload);
    this.log.expected('device of a domain or group');
  }
}

/** Whether two ranges share a byte; each ends at 2^64 at the latest. */
function overlaps(one: BusRange, other: BusRange): boolean {
  return reaches(one, other.start) && reaches(other, one.start);
}

/** Whether the last byte of a range lies at an address or behind it. */
function reaches({ start, bytes }: BusRange, address: Word): boolean {
  return !start.plus(bytes - 1).isBelow(address);
}

/** Reads an event in the first of the forms that fits. */
function readForm(forms: readonly LineForm[], { bytes, from }: KernelEvent): void {
  for (const each of forms) if (each.read(bytes, from) >= 0) return;
  throw new InputError('the arguments have another form');
}

function fieldsOf(form: RegExp, payload: string): string[] {
  const found = form.exec(payload);
  if (!found) throw new InputError('the arguments have another form');
  return found.slice(1);
}
