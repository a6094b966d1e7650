/**
 * The window that a powernv host makes for the devices of every PE before any driver or VFIO asks, after
 * pnv_pci_ioda2_setup_default_config (arch/powerpc/platforms/powernv/pci-ioda.c): its geometry and the
 * bus addresses that it keeps free. Its table has no mirror, and nobody is charged for it.
 */
import { log2Exact } from '../../bits.ts';
import { InputError } from '../../input-error.ts';
import { orderMaxOf } from '../../memory/buddy.ts';
import { isRefused, type TableGeometry, tableGeometry } from '../../table/geometry.ts';
import type { Era } from '../era.ts';
import { hostDmaFacts } from './host-facts.ts';
import type { EntryRange } from './iova-pools.ts';

const PAGE_SHIFT_4K = 12;
const TCE_SHIFT = 3;
/** The bitmap of the window is to fit into one block of the largest order, 8 entries a byte. */
const ENTRIES_PER_BYTE = 8n;
const FOUR_GIB = 1n << 32n;

/** The powernv machine as far as it decides its windows. */
export interface HostMachine {
  readonly era: Era;
  /** Log2 of the kernel's page: 12 or 16. */
  readonly basePageShift: number;
  /** All memory, that which can be added included (memory_hotplug_max). */
  readonly memoryMaxBytes: bigint;
  /** Real address behind the last byte of memory (memblock_end_of_DRAM). */
  readonly memoryEnd: bigint;
  /** PCI address of the 32-bit MMIO space: 2 GiB on PHB3 and PHB4 (skiboot M32_PCI_START). */
  readonly mmio32Start: bigint;
  /** The kernel's `iommu=nobypass`. */
  readonly isBypassOff: boolean;
}

/** The default window of a PE: the host's own, which VFIO takes away before it makes its own. */
export interface HostWindow {
  readonly windowBytes: bigint;
  readonly geometry: TableGeometry;
  /** Entries that no driver gets, because MMIO answers at these bus addresses. */
  readonly reserved?: EntryRange;
}

/** The default window of a machine. Throws InputError for one whose table the kernel itself refuses. */
export function hostWindow(machine: HostMachine): HostWindow {
  const { defaultWindow, defaultLevels } = hostDmaFacts(machine.era);
  const isLargest = defaultWindow === 'largest';
  return isLargest
    ? largestWindow(machine, defaultLevels)
    : windowBelowMmio(machine, defaultLevels);
}

/** Linux 5.4 and later: as large as memory or the bitmap's block, in the kernel's own pages. */
function largestWindow(machine: HostMachine, levelsMin: number): HostWindow {
  const { basePageShift, mmio32Start } = machine;
  const blockShift = basePageShift + orderMaxOf(basePageShift);
  const bitmapReach = (ENTRIES_PER_BYTE << BigInt(blockShift)) << BigInt(basePageShift);
  const windowBytes = least(bitmapReach, largestPowerOfTwo(machine.memoryMaxBytes));
  const entryBits = log2Exact(windowBytes) - basePageShift;
  const levels = Math.max(Math.ceil(entryBits / (blockShift - TCE_SHIFT)), levelsMin);
  const window = { windowBytes, geometry: geometryOf(machine, basePageShift, windowBytes, levels) };
  if (windowBytes <= mmio32Start) return window;
  const start = Number(mmio32Start >> BigInt(basePageShift));
  const end = Number(least(windowBytes, FOUR_GIB) >> BigInt(basePageShift));
  return { ...window, reserved: { start, end } };
}

/** Linux 4.2 to 5.3: 4K pages up to where MMIO begins. */
function windowBelowMmio(machine: HostMachine, levels: number): HostWindow {
  const windowBytes = least(machine.mmio32Start, largestPowerOfTwo(machine.memoryMaxBytes));
  return { windowBytes, geometry: geometryOf(machine, PAGE_SHIFT_4K, windowBytes, levels) };
}

function geometryOf(
  { era, basePageShift }: HostMachine,
  pageShift: number,
  windowBytes: bigint,
  levels: number,
): TableGeometry {
  const request = { pageShift, windowBytes, levels, basePageShift };
  const geometry = tableGeometry(request, era.tables.geometry);
  if (isRefused(geometry)) throw new InputError(`default window of the host: ${geometry.reason}`);
  return geometry;
}

/** The largest power of two that is not above a number of bytes. */
function largestPowerOfTwo(bytes: bigint): bigint {
  if (bytes <= 0n) throw new InputError(`memory of the host: expected some, got ${bytes} bytes`);
  return 1n << BigInt(bytes.toString(2).length - 1);
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
