/**
 * Linux's events/iommu (include/trace/events/iommu.h), before and after 5.17, which added the end of each
 * range. They name no device: that of the line of events/dma that tells the same change is taken
 * (told-twice.ts says which one that is), if it comes while no more than 256 changes and faults wait behind
 * it for their turn, or, of an unmapping, is one of the last 64 in front of it. Else it is the option's
 * device, else the one attached last. POWER's own DMA path has none of these events.
 */
import { hex } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { Word, wordOf } from '../word.ts';
import { word } from './fields.ts';
import type { ImportLog } from './import.ts';
import type { KernelEvent, KernelEventGroup, TakeEvent } from './kernel-event.ts';
import type { BusRange, KernelRows } from './kernel-rows.ts';
import { decimal, form, hexadecimal, type LineForm } from './line-form.ts';
import type { Moment, MomentQueue } from './moment-queue.ts';
import { type PciFunction, parsePciName } from './pci-name.ts';
import { isOneCall, overlaps, type ToldLine, toldAgain } from './told-twice.ts';

/** The driver stands in front of the device, without a space behind the colon; it may be missing. */
const FAULT = /^IOMMU:(?:.* )?(\S+) iova=(\w+) flags=(\w+)$/;
const DEVICE = /^IOMMU: device=(\S+)$/;
const GROUP = /^IOMMU: groupID=-?\d+ device=\S+$/;

/** include/linux/iommu.h, IOMMU_FAULT_WRITE. */
const FAULT_WRITE = 1n;

/** Of the forms below, the one that has the end of the range. */
const WITH_END = 0;

/** Unmappings of events/dma that are remembered until an iommu line tells the same. */
const ANNOUNCED_MAX = 64;

/** What a line of events/iommu tells. */
interface ToldChange extends ToldLine {
  readonly kind: 'map' | 'unmap';
  readonly range: BusRange;
  /** Where a mapping leads to. */
  readonly real: Word | undefined;
}

/** A change that waits for its device. */
interface Change extends Moment, ToldChange {
  device: PciFunction | undefined;
  permission: number | undefined;
}

/** What a line of events/dma tells. */
interface DeviceLine extends ToldLine {
  readonly device: PciFunction;
  readonly ranges: readonly BusRange[];
}

/** A mapping that a line of events/dma tells. */
interface DeviceMapping extends DeviceLine {
  /** Real addresses in it, as far as they are known. */
  readonly reals: readonly Word[];
  /** Bits of a TCE. */
  readonly permission: number;
}

/** An unmapping that is still to be told; the ranges are those that were not. */
interface Announced extends DeviceLine {
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
   * A line of events/dma maps something. Answers for each of its ranges whether a change that waited tells
   * it: then that change is the row, and the line only its name.
   */
  claimMapping(line: DeviceMapping): boolean[] {
    const fits = ({ range, real }: Change) =>
      line.reals.length === 0 || line.reals.some((each) => isIn(each, real, range.bytes));
    return this.claim('map', line, fits, line.permission);
  }

  /** Likewise for an unmapping. Where no change waited for it, an iommu line that tells it may follow. */
  claimUnmapping(line: DeviceLine, isWritten: boolean): boolean[] {
    const told = this.claim('unmap', line, () => true);
    if (told.includes(true)) return told;
    const { thread, timeNs, device, ranges } = line;
    this.announced.push({ thread, timeNs, device, ranges, isWritten });
    if (this.announced.length > ANNOUNCED_MAX) this.announced.shift();
    return told;
  }

  private claim(
    kind: ToldChange['kind'],
    line: DeviceLine,
    fits: (change: Change) => boolean,
    permission?: number,
  ): boolean[] {
    if (this.waiting.size === 0) return line.ranges.map(() => false);
    // The change of this call is the last one; an older one may be left over from lost lines.
    const candidates = [...this.waiting]
      .reverse()
      .filter((change) => change.kind === kind && isOneCall(change, line) && fits(change));
    const claimed = toldAgain(candidates, line.ranges, this.rows.pageBytes);
    for (const change of claimed) {
      this.waiting.delete(change);
      change.device = line.device;
      change.permission = permission;
      change.isDue = true;
    }
    if (claimed.length > 0) this.moments.settle();
    return line.ranges.map((range) => claimed.some((change) => overlaps(change.range, range)));
  }

  private map(event: KernelEvent): void {
    const { timeNs, thread } = event;
    const hasEnd = readForm(this.maps, event) === WITH_END;
    const range = { start: new Word().copy(this.iova), bytes: this.size.value };
    const real = new Word().copy(this.paddr);
    this.rows.check(range.start, range.bytes, real);
    if (hasEnd) this.checkEnd();
    const line = { thread, timeNs };
    // What is mapped again was unmapped: the line that should have told it is lost, or was never traced.
    this.announced = this.announced.flatMap((each) =>
      each.thread === thread ? without(each, range) : [each],
    );
    this.wait({ ...line, kind: 'map', range, real }, ({ device, permission }) =>
      this.rows.map(timeNs, { ...range, device, real, permission }),
    );
  }

  private unmap(event: KernelEvent): void {
    const { timeNs, thread } = event;
    const hasEnd = readForm(this.unmaps, event) === WITH_END;
    if (hasEnd) this.checkEnd();
    const range = { start: new Word().copy(this.iova), bytes: this.unmapped.value };
    if (range.bytes === 0) {
      this.log.expected('unmap of nothing');
      return;
    }
    this.rows.check(range.start, range.bytes);
    const line = { thread, timeNs };
    const known = this.announced.findLast(
      (each) =>
        isOneCall(each, line) &&
        toldAgain([{ range }], each.ranges, this.rows.pageBytes).length > 0,
    );
    if (!known) {
      this.wait({ ...line, kind: 'unmap', range, real: undefined }, ({ device }) =>
        this.rows.unmap(timeNs, device, range),
      );
      return;
    }
    this.announced = this.announced.flatMap((each) =>
      each === known ? without(each, range) : [each],
    );
    if (known.isWritten) {
      this.log.expected('told by events/dma, too');
      return;
    }
    this.moments.write(() => this.rows.unmap(timeNs, known.device, range));
  }

  /** The line that was read last tells where its range ends, too. */
  private checkEnd(): void {
    const end = this.iova.plus(this.size.value);
    if (end.equals(this.iovaEnd)) return;
    const [wanted, got] = [end, this.iovaEnd].map((each) => hex(each.toBigInt()));
    throw new InputError(`end of iova: expected ${wanted} by the size, got ${got}`);
  }

  /** Lets a change wait for its device, and falls back on what is known now. */
  private wait(told: ToldChange, write: (change: Change) => void): void {
    const fallback = this.given ?? [...this.attached.values()].at(-1);
    const isSure = this.given !== undefined || this.attached.size === 1;
    const change: Change = {
      ...told,
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

/** What is left of an announcement once a range of it was told. */
function without(announced: Announced, told: BusRange): Announced[] {
  const ranges = announced.ranges.filter((range) => !overlaps(range, told));
  return ranges.length > 0 ? [{ ...announced, ranges }] : [];
}

/** Whether an address lies in so many bytes from the first one on. */
function isIn(address: Word, first: Word | undefined, bytes: number): boolean {
  return first !== undefined && overlaps({ start: address, bytes: 1 }, { start: first, bytes });
}

/** Reads an event in the first of the forms that fits, and answers which one that is. */
function readForm(forms: readonly LineForm[], { bytes, from }: KernelEvent): number {
  const found = forms.findIndex((each) => each.read(bytes, from) >= 0);
  if (found < 0) throw new InputError('the arguments have another form');
  return found;
}

function fieldsOf(form: RegExp, payload: string): string[] {
  const found = form.exec(payload);
  if (!found) throw new InputError('the arguments have another form');
  return found.slice(1);
}
