/**
 * The free memory that tables can come from, so that every attempt can begin with it untouched: what
 * /proc/buddyinfo of a real host counted, or a machine with all of its memory free.
 */
import { InputError } from '../../models/input-error.ts';
import type { Kernel } from '../../models/kernel/kernel.ts';
import { type BlockAllocator, Buddy } from '../../models/memory/buddy.ts';
import { allocatorOf, type Buddyinfo } from '../../models/memory/buddyinfo.ts';
import { formatSize, parseSize } from '../../models/size.ts';
import { NODE_BASE } from '../host/kernel-host.ts';
import { readBuddyinfoFile } from '../memory/buddyinfo-file.ts';

/** An allocator that says what it has. */
export type CountedAllocator = BlockAllocator & {
  readonly freeBlocks: readonly number[];
  readonly freeBytes: bigint;
};

/** A host's memory at the beginning of an attempt. */
export interface HostMemory {
  /** All of the machine's memory; windows may not be larger until Linux 4.18. */
  readonly ramBytes: bigint;
  /** Where the free blocks were counted; undefined: all of the memory is free. */
  readonly buddyinfo: Buddyinfo | undefined;
  /** A new allocator over the same free blocks. */
  fresh(): CountedAllocator;
}

/** The words of the command line. */
export interface HostMemoryFlags {
  readonly buddyinfo?: string;
  readonly node?: string;
  readonly ram: string;
}

/** So that page numbers stay exact. */
const RAM_MAX = 1n << 50n;

/** The memory of the flags. Throws InputError with the flag or the file's line. */
export function readHostMemory(flags: HostMemoryFlags, kernel: Kernel): HostMemory {
  const { basePageShift } = kernel;
  const ramBytes = ramOf(flags.ram);
  if (flags.buddyinfo === undefined) {
    if (flags.node !== undefined) {
      throw new InputError(`--node: expected with --buddyinfo only, got '${flags.node}'`);
    }
    return freeMemory(ramBytes, basePageShift);
  }
  const buddyinfo = readBuddyinfoFile(flags.buddyinfo);
  const host = { basePageShift, ...(flags.node !== undefined && { node: nodeOf(flags.node) }) };
  // Refuses another page size and an unknown node before anything is tried.
  allocatorOf(buddyinfo, host);
  return { ramBytes, buddyinfo, fresh: () => allocatorOf(buddyinfo, host) };
}

/** A machine with all of its memory free. */
export function freeMemory(ramBytes: bigint, pageShift: number): HostMemory {
  const fresh = () => new Buddy({ pageShift, base: NODE_BASE, ramBytes });
  return { ramBytes, buddyinfo: undefined, fresh };
}

function ramOf(text: string): bigint {
  const bytes = parseSize(text, '--ram');
  if (bytes > 0n && bytes < RAM_MAX) return bytes;
  throw new InputError(
    `--ram: expected more than 0 and less than ${formatSize(RAM_MAX)}, got '${text}'`,
  );
}

function nodeOf(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new InputError(`--node: expected a node's number, got '${text}'`);
}
