/**
 * PCI bus addresses as a PHB sorts them, after phb3/phb4 `translate_iommu` of QEMU
 * (hw/pci-host/pnv_phb4.c): bits 63:60 name the class, bit 59 selects the TVE, or with CTRLR[24] of
 * PHB4 (GTE4GB, skiboot include/phb4-regs.h) whether the address is 4 GiB or more. Left out: the CAPI
 * and ASN indicators that PHB4 can claim in the top byte.
 */
import type { UnitConfig } from './phb/unit-config.ts';

/** What selects one of a PE's two TVEs. */
export type TveSelect = UnitConfig['pe']['tveSelect'];

/** Bit 59, counted from the least significant. */
const SELECT_BIT = 1n << 59n;

/** First address that belongs to the second TVE of a PE. */
const SECOND_TVE_STARTS: Readonly<Record<TveSelect, bigint>> = {
  bit59: SELECT_BIT,
  gte4gb: 1n << 32n,
};

/** Address bits that index a table: below bit 59. */
export const TABLE_ADDRESS_MASK = SELECT_BIT - 1n;

export type AddressClass = 'dma' | 'msi' | 'unsupported';

/** What a PHB takes a bus address for. `msi32` is PHBn_CONFIG[8], `msi64` PHBn_CONFIG[14]. */
export function classifyAddress(
  address: bigint,
  config: { msi32: boolean; msi64: boolean },
): AddressClass {
  const top = address >> 60n;
  if (top === 1n && config.msi64) return 'msi';
  if (top !== 0n) return 'unsupported';
  return config.msi32 && address >> 16n === 0xffffn ? 'msi' : 'dma';
}

/** Bus address from which on the second TVE serves: where the second DMA window of a PE begins. */
export function secondWindowStart(select: TveSelect): bigint {
  return SECOND_TVE_STARTS[select];
}

/** Index of the TVE that serves a PE's address when every PE has two. */
export function tveIndex(pe: number, address: bigint, select: TveSelect): number {
  const isSecond =
    select === 'bit59' ? (address & SELECT_BIT) !== 0n : address >= SECOND_TVE_STARTS.gte4gb;
  return pe * 2 + (isSecond ? 1 : 0);
}
