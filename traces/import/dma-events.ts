/**
 * Linux's events/dma (include/trace/events/dma.h, since 6.12): mappings, allocations and scatter-gather lists
 * of each device, under their names of 6.12 (page) and later (phys). Fields are found by key, never by place.
 * Numbers are hexadecimal without 0x, in arrays with it; sizes are decimal.
 */
import { InputError } from '../../models/input-error.ts';
import { TCE_PCI_READ, TCE_PCI_READ_WRITE, TCE_PCI_WRITE } from '../../models/tce.ts';
import { word } from './fields.ts';
import type { ImportLog } from './import.ts';
import type { IommuEvents } from './iommu-events.ts';
import type { KernelEvent, KernelEventGroup, TakeEvent } from './kernel-event.ts';
import { byteCount, keyedFields, wordArray } from './kernel-fields.ts';
import type { BusRange, KernelRows } from './kernel-rows.ts';
import { MappedLists } from './mapped-lists.ts';
import type { MomentQueue } from './moment-queue.ts';
import { type PciFunction, parsePciName } from './pci-name.ts';
import { scatterPieces } from './scatter-list.ts';

/** Which way data goes (enum dma_data_direction) as the permission of a TCE. */
const PERMISSIONS: ReadonlyMap<string, number> = new Map([
  ['BIDIRECTIONAL', TCE_PCI_READ_WRITE],
  ['TO_DEVICE', TCE_PCI_READ],
  ['FROM_DEVICE', TCE_PCI_WRITE],
]);
/** DMA_MAPPING_ERROR. */
const NO_BUS_ADDRESS = 0xffff_ffff_ffff_ffffn;
/** How the virtual address of a failed allocation is printed, by whichever tool. */
const NULL_POINTER = /^(?:(?:0x)?0+|\((?:nil|null)\))$/;
const TRUNCATED = ' [TRUNCATED]';

/** A line of events/dma of a PCI function. */
interface DmaLine {
  readonly device: PciFunction;
  /** The device's name: lists are told apart by it. */
  readonly name: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly timeNs: bigint;
  readonly isTruncated: boolean;
}

/** A range that an event maps; real address undefined where the event has none. */
interface MappedRange extends BusRange {
  readonly real: bigint | undefined;
}

export class DmaEvents implements KernelEventGroup {
  readonly events: Readonly<Record<string, TakeEvent>>;
  private readonly lists = new MappedLists();
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

  private take({ payload, timeNs }: KernelEvent, take: (line: DmaLine) => void): void {
    const name = /^\S+/.exec(payload)?.[0] ?? '';
    const fields = keyedFields(payload);
    if (name.includes('=') || fields.size === 0) {
      throw new InputError('the arguments have another form');
    }
    const device = parsePciName(name);
    if (!device) {
      this.log.expected('device that is not PCI');
      return;
    }
    this.rows.checkDevice(device);
    take({ device, name, fields, timeNs, isTruncated: payload.includes(TRUNCATED) });
  }

  private mapOne(line: DmaLine): void {
    const start = word(line.fields.get('dma_addr'), 'dma_addr');
    if (start === NO_BUS_ADDRESS) {
      this.log.expected('failed mapping');
      return;
    }
    const real = word(line.fields.get('phys_addr'), 'phys_addr');
    this.map(line, [{ ...rangeOf(line), real }]);
  }

  /** Coherent memory: its virtual address is printed as a hash, its real one not at all. */
  private allocate(line: DmaLine): void {
    if (NULL_POINTER.test(line.fields.get('virt_addr') ?? '')) {
      this.log.expected('failed mapping');
      return;
    }
    this.map(line, [{ ...rangeOf(line), real: undefined }]);
  }

  private allocateList(line: DmaLine): void {
    const entries = wordArray(line.fields.get('phys_addrs'), 'phys_addrs');
    this.map(line, this.pieces(line, [rangeOf(line)], entries));
  }

  private mapList(line: DmaLine): void {
    const starts = wordArray(line.fields.get('dma_addrs'), 'dma_addrs');
    const sizes = wordArray(line.fields.get('sizes'), 'sizes');
    const entries = wordArray(line.fields.get('phys_addrs'), 'phys_addrs');
    if (starts.length !== sizes.length) {
      throw new InputError(`sizes: expected ${starts.length}, got ${sizes.length}`);
    }
    if (starts.length === 0) {
      this.log.expected('failed mapping');
      return;
    }
    const segments = starts.map((start, index) => ({ start, bytes: sizes[index] as bigint }));
    this.map(line, this.pieces(line, segments, entries));
    this.lists.add(line.name, entries, segments);
    if (line.isTruncated) this.log.assume('end of a scatter-gather list of more than 128');
  }

  /** The pieces of a list; every segment and piece is checked. */
  private pieces(line: DmaLine, segments: BusRange[], entries: bigint[]): MappedRange[] {
    for (const segment of segments) this.rows.check(segment);
    if (entries.length < segments.length && !line.isTruncated) {
      const wanted = `${segments.length} or more`;
      throw new InputError(`phys_addrs: expected ${wanted}, got ${entries.length}`);
    }
    if (entries.length <= segments.length) {
      return entries.map((real, index) => ({ ...(segments[index] as BusRange), real }));
    }
    const pieces = scatterPieces(segments, entries, this.rows.pageBytes);
    if (!pieces) return segments.map((segment) => ({ ...segment, real: undefined }));
    this.log.assume('lengths within a merged list');
    return pieces;
  }

  private map(line: DmaLine, ranges: readonly MappedRange[]): void {
    const { device, name, timeNs } = line;
    const permission = permissionOf(line);
    for (const range of ranges) this.rows.check(range, range.real);
    const own = ranges.filter((range) => !this.iommu.claim('map', device, range, permission));
    if (own.length < ranges.length) this.behindIommu.add(name);
    if (own.length === 0) this.log.expected('told by events/iommu, too');
    for (const range of own) {
      const write = () => this.rows.map(timeNs, { ...range, device, permission });
      this.moments.add({ isDue: true, write });
    }
  }

  private unmapOne(line: DmaLine): void {
    const range = rangeOf(line);
    this.rows.check(range);
    this.unmap(line, [range]);
  }

  /** The event has the list's real addresses only: the bus addresses are those of its mapping. */
  private unmapList(line: DmaLine): void {
    const entries = wordArray(line.fields.get('phys_addrs'), 'phys_addrs');
    const segments = this.lists.take(line.name, entries);
    if (segments) this.unmap(line, segments);
    else this.log.expected('unmapping of a list whose mapping is not in the log');
  }

  private unmap({ device, name, timeNs }: DmaLine, ranges: readonly BusRange[]): void {
    const claimed = ranges.filter((range) => this.iommu.claim('unmap', device, range));
    if (claimed.length > 0) this.behindIommu.add(name);
    const isTold = this.behindIommu.has(name);
    if (isTold) this.log.expected('told by events/iommu, too');
    for (const range of ranges) {
      if (claimed.length === 0) this.iommu.announce(device, range, !isTold);
      if (isTold) continue;
      const write = () => this.rows.unmap(timeNs, device, range);
      this.moments.add({ isDue: true, write });
    }
  }
}

function rangeOf({ fields }: DmaLine): BusRange {
  const start = word(fields.get('dma_addr'), 'dma_addr');
  return { start, bytes: byteCount(fields.get('size'), 'size') };
}

/** The first allocation events of 6.12 have no direction: coherent memory is for both. */
function permissionOf({ fields }: DmaLine): number {
  const direction = fields.get('dir') ?? 'BIDIRECTIONAL';
  const permission = PERMISSIONS.get(direction);
  if (permission !== undefined) return permission;
  throw new InputError(`dir: expected ${[...PERMISSIONS.keys()].join(', ')}, got '${direction}'`);
}
