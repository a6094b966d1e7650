/**
 * PCI bus addresses as a PHB sorts them, after phb3/phb4 `translate_iommu` of QEMU
 * (hw/pci-host/pnv_phb4.c): bits 63:60 name the class, bit 59 selects the TVE. Left out: the CAPI and
 * ASN indicators that PHB4 can claim in the top byte.
 */

/** Bit 59 (counted from the least significant) selects the second TVE of a PE. */
const TVE_SELECT_SHIFT = 59n;

/** Bus address where the second DMA window of a PE begins. */
export const SECOND_WINDOW_BASE = 1n << TVE_SELECT_SHIFT;

/** Address bits that index a table: below the TVE select bit. */
export const TABLE_ADDRESS_MASK = SECOND_WINDOW_BASE - 1n;

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

/** Index of the TVE that serves a PE's address when every PE has two. */
export function tveIndex(pe: number, address: bigint): number {
  return pe * 2 + Number((address >> TVE_SELECT_SHIFT) & 1n);
}
