/**
 * Linux's events/dma (include/trace/events/dma.h, since 6.12): mappings, allocations and scatter-gather lists
 * of each device, under their names of 6.12 (page) and later (phys). Fields are found by key, never by place.
 * Numbers are hexadecimal without 0x, in arrays with it; sizes are decimal.
 */
import { InputError } from '../../models/input-error.ts';
import { TCE_PCI_READ, TCE_PCI_READ_WRITE, TCE_PCI_WRITE } from '../../models/tce.ts';
import { Word } from '../word.ts';
import { ByteNames } from './byte-names.ts';
import type { ImportLog } from './import.ts';
import type { IommuEvents } from './iommu-events.ts';
import type { KernelEvent, KernelEventGroup, TakeEvent } from './kernel-event.ts';
import { FieldReader, KernelField } from './kernel-fields.ts';
import type { BusRange, KernelRows } from './kernel-rows.ts';
import { MappedLists } from './mapped-lists.ts';
import type { MomentQueue } from './moment-queue.ts';
import { DeviceNames, type PciFunction } from './pci-name.ts';
import { scatterPieces } from './scatter-list.ts';

/** Which way data goes (enum dma_data_direction) as the permission of a TCE. */
const PERMISSIONS = {
  BIDIRECTIONAL: TCE_PCI_READ_WRITE,
  TO_DEVICE: TCE_PCI_READ,
  FROM_DEVICE: TCE_PCI_WRITE,
};
/** DMA_MAPPING_ERROR. */
const NO_BUS_ADDRESS = new Word().set(-1, -1);
/** How the virtual address of a failed allocation is printed, by whichever tool. */
const NULL_POINTER = /^(?:(?:0x)?0+|\((?:nil|null)\))$/;
const TRUNCATED = ' [TRUNCATED]';

/** A line of events/dma of a PCI function. */
interface DmaLine {
  readonly device: PciFunction;
  /** The device's name: lists are told apart by it. */
  readonly name: string;
  readonly timeNs: Word;
  /** Valid until the next line is read. */
  readonly event: KernelEvent;
}

/** A range that an event maps; real address undefined where the event has none. */
interface MappedRange extends BusRange {
  readonly real: Word | undefined;
}

export class DmaEvents implements KernelEventGroup {
  readonly events: Readonly<Record<string, TakeEvent>>;
  private readonly lists = new MappedLists();
  private readonly devices = new DeviceNames();
  private readonly permissions = new ByteNames(Object.entries(PERMISSIONS));
  private readonly direction = new KernelField('dir');
  private readonly start = new KernelField('dma_addr');
  private readonly size = new KernelField('size');
  private readonly real = new KernelField('phys_addr');
  private readonly virtual = new KernelField('virt_addr');
  private readonly starts = new KernelField('dma_addrs');
  private readonly sizes = new KernelField('sizes');
  private readonly entries = new KernelField('phys_addrs');
  private readonly fields = new FieldReader([
    ...[this.direction, this.start, this.size, this.real, this.virtual],
    ...[this.starts, this.sizes, this.entries],
    // Unused, but on each line: the reader need not search for a key that it knows.
    ...['flags', 'attrs'].map((key) => new KernelField(key)),
  ]);
  /** Devices whose mappings events/iommu tells, too. */
  private readonly behindIommu = new Set<string>();

  constructor(
    private readonly rows: KernelRows,
    private readonly moments: MomentQueue,
    private readonly log: ImportLog,
    private readonly iommu: IommuEvents,
  ) {
    const takers: [string, (line: DmaLine) => void][] = [
      ['dma_map_page dma_map_resource dma_map_phys', (line) => this.mapOne(line)],
      ['dma_alloc dma_alloc_pages', (line) => this.allocate(line)],
      ['dma_alloc_sgt', (line) => this.allocateList(line)],
      ['dma_map_sg', (line) => this.mapList(line)],
      ['dma_unmap_page dma_unmap_resource dma_unmap_phys', (line) => this.unmapOne(line)],
      ['dma_free dma_free_pages dma_free_sgt', (line) => this.unmapOne(line)],
      ['dma_unmap_sg', (line) => this.unmapList(line)],
      ['dma_map_sg_err dma_alloc_sgt_err', () => this.log.expected('failed mapping')],
      [
        'dma_sync_single_for_cpu dma_sync_single_for_device dma_sync_sg_for_cpu dma_sync_sg_for_device',
        () => this.log.expected('cache synchronization'),
      ],
    ];
    const entries = takers.flatMap(([names, take]) =>
      names
        .split(' ')
        .map((name): [string, TakeEvent] => [name, (event) => this.take(event, take)]),
    );
    this.events = Object.fromEntries(entries);
  }

  private take(event: KernelEvent, take: (line: DmaLine) => void): void {
    const { bytes, from, timeNs } = event;
    const { name, device } = this.devices.find(bytes, from);
    const fields = this.fields.read(bytes, this.devices.end);
    if (name.includes('=') || fields === 0) {
      throw new InputError('the arguments have another form');
    }
    if (!device) {
      this.log.expected('device that is not PCI');
      return;
    }
    this.rows.checkDevice(device);
    take({ device, name, timeNs, event });
  }

  private mapOne(line: DmaLine): void {
    const start = this.start.word;
    if (start.equals(NO_BUS_ADDRESS)) {
      this.log.expected('failed mapping');
      return;
    }
    const real = this.real.word;
    this.map(line, [{ start, bytes: this.size.size, real }], [real]);
  }

  /** Coherent memory: its virtual address is printed as a hash, its real one not at all. */
  private allocate(line: DmaLine): void {
    if (NULL_POINTER.test(this.virtual.text)) {
      this.log.expected('failed mapping');
      return;
    }
    this.map(line, [withReal(this.range(), undefined)], []);
  }

  private allocateList(line: DmaLine): void {
    const entries = this.entries.words;
    this.map(line, this.pieces(line, [this.range()], entries), entries);
  }

  private mapList(line: DmaLine): void {
    const starts = this.starts.words;
    const sizes = this.sizes.numbers;
    const entries = this.entries.words;
    if (starts.length !== sizes.length) {
      throw new InputError(`sizes: expected ${starts.length}, got ${sizes.length}`);
    }
    if (starts.length === 0) {
      this.log.expected('failed mapping');
      return;
    }
    const segments = starts.map((start, index) => ({ start, bytes: sizes[index] as number }));
    this.map(line, this.pieces(line, segments, entries), entries);
    this.lists.add(line.name, entries, segments);
    if (isTruncated(line)) this.log.assume('end of a scatter-gather list of more than 128');
  }

  /** The pieces of a list; every segment and piece is checked. */
  private pieces(line: DmaLine, segments: BusRange[], entries: Word[]): MappedRange[] {
    for (const { start, bytes } of segments) this.rows.check(start, bytes);
    const isShort = entries.length < segments.length && !isTruncated(line);
    if (isShort || entries.length === 0) {
      const wanted = `${segments.length} or more`;
      throw new InputError(`phys_addrs: expected ${wanted}, got ${entries.length}`);
    }
    if (entries.length <= segments.length) {
      return entries.map((real, index) => withReal(segments[index] as BusRange, real));
    }
    const pieces = scatterPieces(segments, entries, this.rows.pageBytes);
    if (!pieces) return segments.map((segment) => withReal(segment, undefined));
    this.log.assume('lengths within a merged list');
    return pieces;
  }

  private map(
    { device, name, timeNs, event }: DmaLine,
    ranges: readonly MappedRange[],
    reals: readonly Word[],
  ): void {
    const permission = this.permission();
    for (const { start, bytes, real } of ranges) this.rows.check(start, bytes, real);
    const { thread } = event;
    const told = this.iommu.claimMapping({ thread, timeNs, device, ranges, reals, permission });
    for (let index = 0; index < ranges.length; index += 1) {
      if (told[index]) continue;
      const { start, bytes, real } = ranges[index];
      const mapping = { start, bytes, real, device, permission };
      this.moments.write(() => this.rows.map(timeNs, mapping));
    }
    if (told.includes(true)) this.behindIommu.add(name);
    if (!told.includes(false)) this.log.expected('told by events/iommu, too');
  }

  private unmapOne(line: DmaLine): void {
    const range = this.range();
    this.rows.check(range.start, range.bytes);
    this.unmap(line, [range]);
  }

  /** The event has the list's real addresses only: the bus addresses are those of its mapping. */
  private unmapList(line: DmaLine): void {
    const segments = this.lists.take(line.name, this.entries.words);
    if (segments) this.unmap(line, segments);
    else this.log.expected('unmapping of a list whose mapping is not in the log');
  }

  private unmap({ device, name, timeNs, event }: DmaLine, ranges: readonly BusRange[]): void {
    const { thread } = event;
    const isKnown = this.behindIommu.has(name);
    const told = this.iommu.claimUnmapping({ thread, timeNs, device, ranges }, !isKnown);
    const isTold = isKnown || told.includes(true);
    if (!isTold) {
      for (const range of ranges) {
        this.moments.write(() => this.rows.unmap(timeNs, device, range));
      }
      return;
    }
    this.behindIommu.add(name);
    this.log.expected('told by events/iommu, too');
  }

  private range(): BusRange {
    return { start: this.start.word, bytes: this.size.size };
  }

  /** The first allocation events of 6.12 have no direction: coherent memory is for both. */
  private permission(): number {
    const { bytes, from, isPresent } = this.direction;
    if (!isPresent) return TCE_PCI_READ_WRITE;
    const permission = this.permissions.find(bytes, from);
    if (permission !== undefined) return permission;
    throw new InputError(
      `dir: expected ${Object.keys(PERMISSIONS).join(', ')}, got '${this.direction.text}'`,
    );
  }
}

function isTruncated({ event }: DmaLine): boolean {
  return event.payload.includes(TRUNCATED);
}

function withReal({ start, bytes }: BusRange, real: Word | undefined): MappedRange {
  return { start, bytes, real };
}
