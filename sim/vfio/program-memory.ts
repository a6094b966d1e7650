/**
 * The memory of a script's program: buffers of ordinary and of huge pages that it registers, and from
 * which its mappings are served. Each buffer is one run of real memory. A script's `hpa` does not place
 * it: which pages a real kernel gave is chance, and no call's answer depends on it. The hpa only chooses
 * the mapping's place in the buffer, as aligned as the hpa is, and mapped-runs.ts remembers it as the
 * name that the script has for those pages.
 */
import { type CallResult, isRefusal } from '../../models/kernel/call-result.ts';
import type { Process } from '../../models/kernel/process.ts';

export type MemoryKind = 'ordinary' | 'huge';

/** Memory of the program, found again by kind and size, or by its address. */
interface Buffer {
  readonly kind: MemoryKind;
  readonly start: bigint;
  readonly bytes: bigint;
  /** The whole pages around it. */
  readonly from: bigint;
  readonly to: bigint;
  /** Not if it is larger than a process's memory can be. */
  readonly hasMemory: boolean;
}

/** What a script says of the memory that it registers. */
export interface BufferRequest {
  readonly kind: MemoryKind;
  readonly bytes: bigint;
  /** Process address that the script insists on. */
  readonly vaddr: bigint | undefined;
  readonly hpa: bigint | undefined;
}

/** What a script says of the memory that it maps. */
export interface MappedMemory {
  /** Log2 of the window's IO page, where there is a window. */
  readonly pageShift: number;
  readonly bytes: bigint;
  readonly vaddr: bigint | undefined;
  readonly hpa: bigint | undefined;
}

/** A process of a script, and the memory that its program has. */
export interface Program {
  readonly process: Process;
  readonly memory: ProgramMemory;
}

/** Log2 of the pages behind the two kinds of memory. */
export interface PageShifts {
  readonly ordinary: number;
  readonly huge: number;
}

/** Buffers begin at multiples of the largest page that Linux has on POWER, 16 GiB. */
const BUFFER_ALIGNMENT = 1n << 34n;
/** User space of a process ends here (arch/powerpc DEFAULT_MAP_WINDOW): there is no memory behind it. */
const ADDRESS_LIMIT = 1n << 47n;
/** Ordinary memory of a program that maps before it registers any: as much as that of the captures. */
const ORDINARY_BYTES = 64n << 20n;
/** The program maps huge pages behind IO pages larger than this. */
const ORDINARY_PAGE_SHIFT_MAX = 16;

/** Real memory that programs get: far above the tables' node, in runs that never overlap. */
export class RealMemory {
  private next = 1n << 47n;

  take(bytes: bigint): bigint {
    const start = this.next;
    this.next = alignUp(start + bytes, BUFFER_ALIGNMENT);
    return start;
  }
}

export class ProgramMemory {
  private readonly buffers: Buffer[] = [];

  constructor(
    private readonly process: Process,
    private readonly real: RealMemory,
    private readonly pageShifts: PageShifts,
  ) {}

  /** Registers a buffer; memory that is made for it goes again where that is refused. */
  register(request: BufferRequest, ask: (start: bigint) => CallResult): CallResult {
    const known = this.find(request);
    if (known !== undefined && !this.isUnused(known, request)) return ask(known);
    const buffer = this.make(request, known);
    const result = ask(buffer.start);
    if (isRefusal(result)) this.unmake(buffer);
    return result;
  }

  /** Process address of a buffer that the program registered before. */
  find({ kind, bytes, vaddr }: BufferRequest): bigint | undefined {
    return vaddr ?? this.buffers.find((each) => each.kind === kind && each.bytes === bytes)?.start;
  }

  /** Process address of what a MAP names: its own, or a place in a buffer that fits the IO page. */
  addressOf({ pageShift, bytes, vaddr, hpa }: MappedMemory): bigint {
    if (vaddr !== undefined) return vaddr;
    const wantsHuge = pageShift > ORDINARY_PAGE_SHIFT_MAX;
    const huge = wantsHuge ? this.bufferFor('huge', bytes) : undefined;
    if (huge !== undefined) return placeIn(huge, bytes, hpa);
    const ordinary = this.bufferFor('ordinary', bytes) ?? this.makeOrdinary();
    // Without huge pages the program maps the beginning of its memory, and is refused.
    return wantsHuge ? ordinary.start : placeIn(ordinary, bytes, hpa);
  }

  /** The real memory behind a process address; undefined where the process has none. */
  behind(address: bigint): { readonly real: bigint; readonly pageShift: number } | undefined {
    const range = this.process.memory.rangeAt(address);
    if (range === undefined) return undefined;
    return { real: range.realAddress + address - range.start, pageShift: range.pageShift };
  }

  /** The first buffer of a kind that is registered and long enough; if none is, the first of all. */
  private bufferFor(kind: MemoryKind, bytes: bigint): Buffer | undefined {
    const { regions } = this.process;
    const alike = this.buffers.filter((each) => each.kind === kind);
    const isGood = (each: Buffer) =>
      each.bytes >= bytes && regions.find(each.start, each.bytes) !== undefined;
    return alike.find(isGood) ?? alike[0];
  }

  private makeOrdinary(): Buffer {
    const request = { kind: 'ordinary', bytes: ORDINARY_BYTES, vaddr: undefined } as const;
    return this.make({ ...request, hpa: undefined }, undefined);
  }

  /** Whether an address that the script chose has no memory yet, in none of the pages. */
  private isUnused(start: bigint, request: BufferRequest): boolean {
    if (request.vaddr === undefined) return false;
    const { from, to } = this.pagesOf(start, request);
    return this.overlapping(from, to) === undefined;
  }

  private overlapping(from: bigint, to: bigint): Buffer | undefined {
    return this.buffers.find((each) => from < each.to && each.from < to);
  }

  /** Takes whole pages around the buffer; a start or size that splits one is the kernel's to refuse. */
  private make(request: BufferRequest, wanted: bigint | undefined): Buffer {
    const start = wanted ?? this.freeStart(request.bytes);
    const { from, to, pageShift } = this.pagesOf(start, request);
    const hasMemory = from < to && to <= ADDRESS_LIMIT;
    if (hasMemory) {
      const realAddress = this.real.take(to - from);
      this.process.memory.add({ start: from, bytes: to - from, realAddress, pageShift });
    }
    const buffer = { kind: request.kind, start, bytes: request.bytes, from, to, hasMemory };
    this.buffers.push(buffer);
    return buffer;
  }

  private unmake(buffer: Buffer): void {
    if (buffer.hasMemory) this.process.memory.remove(buffer.from);
    this.buffers.splice(this.buffers.indexOf(buffer), 1);
  }

  /** The lowest address, as aligned as all, at which nothing is in the way. */
  private freeStart(bytes: bigint): bigint {
    let start = BUFFER_ALIGNMENT;
    for (;;) {
      const other = this.overlapping(start, start + (bytes > 0n ? bytes : 1n));
      if (other === undefined) return start;
      start = alignUp(other.to, BUFFER_ALIGNMENT);
    }
  }

  private pagesOf(start: bigint, request: BufferRequest) {
    const pageShift = this.pageShiftOf(request);
    const page = 1n << BigInt(pageShift);
    return { pageShift, from: start & -page, to: alignUp(start + request.bytes, page) };
  }

  /** A huge page is no larger than the alignment of the real address that was seen behind one. */
  private pageShiftOf({ kind, hpa }: BufferRequest): number {
    const shift = this.pageShifts[kind];
    if (kind === 'ordinary' || hpa === undefined) return shift;
    let aligned = shift;
    while (hpa % (1n << BigInt(aligned)) !== 0n) aligned -= 1;
    return Math.max(aligned, this.pageShifts.ordinary);
  }
}

/** A place of `bytes` in a buffer, as aligned as the real address of the mapping; the start without one. */
function placeIn(buffer: Buffer, bytes: bigint, hpa: bigint | undefined): bigint {
  if (hpa === undefined || bytes === 0n || bytes > buffer.bytes) return buffer.start;
  const digits = hpa | bytes;
  const step = digits & -digits;
  const places = (buffer.bytes - bytes) / step + 1n;
  return buffer.start + ((hpa / step) % places) * step;
}

function alignUp(value: bigint, alignment: bigint): bigint {
  return ((value + alignment - 1n) / alignment) * alignment;
}
