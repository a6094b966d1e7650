/**
 * How a device of a powernv host reaches memory: untranslated through its second TVE, untranslated through
 * its first one rebuilt (PHB3), or through the default window. After pnv_pci_ioda_iommu_bypass_supported
 * and, before 5.0, pnv_pci_ioda_dma_set_mask (arch/powerpc/platforms/powernv/pci-ioda.c). `iommu=nobypass`
 * closes the second TVE and leaves the rebuilt first one alone (github linuxppc/issues#268).
 */
import { InputError } from '../../input-error.ts';
import type { BlockAllocator } from '../../memory/buddy.ts';
import { orderOf } from '../../memory/order.ts';
import type { PhysicalMemory } from '../../memory/physical.ts';
import { isRefused, type TableGeometry, tableGeometry } from '../../table/geometry.ts';
import type { LevelFailure } from '../../table/level-tree.ts';
import { isLevelFailure, TceTable } from '../../table/tce-table.ts';
import { TCE_PCI_READ_WRITE } from '../../tce.ts';
import { BYPASS_ADDRESS_MASK } from '../../tve.ts';
import { type Refusal, refuse } from '../call-result.ts';
import { type HostDmaFacts, hostDmaFacts } from './host-facts.ts';
import type { HostMachine } from './host-window.ts';

/** tce_bypass_base: bit 59 of a bus address selects the second TVE. */
const BYPASS_START = 1n << 59n;
/** A rebuilt first TVE has memory from here on, and nothing below. */
const REBUILT_OFFSET = 1n << 32n;
/** Log2 of its pages, 256 MiB, which only PHB3 has. */
const REBUILT_PAGE_SHIFT = 28;
const ALL_ADDRESSES = (1n << 64n) - 1n;

/** A device as its mode of DMA depends on it. */
export interface MaskedDevice {
  /** The highest bus address that it can send (dma_mask). */
  readonly mask: bigint;
  /** Only PHB3 has pages of 256 MiB for a rebuilt TVE. */
  readonly isBehindPhb3: boolean;
  /** Whether no other device shares its PE. */
  readonly isAloneInPe: boolean;
  /** Whether all devices of its PE are of one vendor. */
  readonly isOfOneVendor: boolean;
}

/** An untranslated window: bus address = real address + start. */
export interface BypassWindow {
  readonly start: bigint;
  /** What the TVE lets through; a power of two, memory and often more. */
  readonly bytes: bigint;
}

/** How a device does its DMA, and what the kernel's log says about it. */
export type DmaMode =
  | { readonly kind: 'bypass'; readonly window: BypassWindow; readonly log: string }
  | {
      readonly kind: 'rebuilt';
      readonly window: BypassWindow;
      readonly geometry: TableGeometry;
      readonly log: string;
    }
  | { readonly kind: 'window'; readonly log: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** The mode that a device gets when its driver sets the mask. */
export function dmaMode(machine: HostMachine, device: MaskedDevice): DmaMode {
  const facts = hostDmaFacts(machine.era);
  const { mask } = device;
  const window = bypassWindow(machine);
  if (window !== undefined && mask >= BYPASS_START + machine.memoryEnd - 1n) {
    return { kind: 'bypass', window, log: 'Using 64-bit DMA iommu bypass' };
  }
  const isWide = mask >> 32n !== 0n;
  if (isWide && mask > machine.memoryMaxBytes + REBUILT_OFFSET && mayRebuild(facts, device)) {
    const bytes = powerOfTwoFrom(machine.memoryMaxBytes + REBUILT_OFFSET);
    return {
      kind: 'rebuilt',
      window: { start: REBUILT_OFFSET, bytes },
      geometry: rebuiltGeometry(machine, bytes),
      log: 'Using 64-bit DMA iommu bypass (through TVE#0)',
    };
  }
  if (facts.middleMask === 'refused' && isWide && mask !== ALL_ADDRESSES) {
    const reason = `a mask of ${mask.toString(2).length} bits reaches no bypass window`;
    return { kind: 'refused', refusal: refuse('ENOMEM', reason) };
  }
  return { kind: 'window', log: 'Using 32-bit DMA via iommu' };
}

/** The window of the second TVE; undefined when it is turned off or the firmware refuses it. */
export function bypassWindow(machine: HostMachine): BypassWindow | undefined {
  const bytes = powerOfTwoFrom(machine.memoryEnd);
  // skiboot's map_pe_dma_window_real answers OPAL_PARAMETER for an end above 2^50 - 1.
  if (machine.isBypassOff || bytes > BYPASS_ADDRESS_MASK) return undefined;
  return { start: BYPASS_START, bytes };
}

/** The table of a rebuilt first TVE, all memory mapped; or the block that could not be had. */
export function rebuiltTable(
  machine: HostMachine,
  home: { readonly memory: PhysicalMemory; readonly allocator: BlockAllocator },
): TceTable | LevelFailure {
  const bytes = powerOfTwoFrom(machine.memoryMaxBytes + REBUILT_OFFSET);
  const geometry = rebuiltGeometry(machine, bytes);
  const table = TceTable.create(geometry, {
    ...home,
    gfp: 'kernel',
    growth: 'onDemand',
    mirror: 'none',
  });
  if (isLevelFailure(table)) return table;
  const pageBytes = 1n << BigInt(REBUILT_PAGE_SHIFT);
  const first = Number(REBUILT_OFFSET / pageBytes);
  const pages = Number((machine.memoryMaxBytes + pageBytes - 1n) / pageBytes);
  table.setRun(first, pages, BigInt(TCE_PCI_READ_WRITE), Number(pageBytes));
  return table;
}

function mayRebuild({ rebuiltTve }: HostDmaFacts, device: MaskedDevice): boolean {
  if (rebuiltTve === 'none' || !device.isBehindPhb3) return false;
  if (device.isAloneInPe) return true;
  return rebuiltTve === 'oneVendor' && device.isOfOneVendor;
}

/** One level; a table smaller than a page of the kernel is rounded up, as the kernel does it here. */
function rebuiltGeometry({ basePageShift, era }: HostMachine, bytes: bigint): TableGeometry {
  const geometry = tableGeometry(
    { pageShift: REBUILT_PAGE_SHIFT, windowBytes: bytes, levels: 1, basePageShift },
    era.tables.geometry,
  );
  if (isRefused(geometry)) throw new InputError(`rebuilt TVE#0: ${geometry.reason}`);
  return geometry;
}

/** The smallest power of two that is not below a number of bytes. */
function powerOfTwoFrom(bytes: bigint): bigint {
  return 1n << BigInt(orderOf(bytes, 0));
}
