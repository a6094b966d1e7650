/**
 * Names of a PAPR guest's windows and PHBs as QEMU numbers them (include/hw/pci-host/spapr.h): the LIOBN of
 * a PHB's window is 0x80000000 | PHB << 8 | window (SPAPR_PCI_LIOBN), smaller ones are those of VIO devices;
 * a PHB's BUID ends with its number.
 */

const FIRST_OF_PHBS = 0x8000_0000;
const PHB_MASK = 0xff;
const PHB_SHIFT = 8;

/** Whether a LIOBN, signed or unsigned, is that of a window of a PHB. */
export function isPciLiobn(liobn: number): boolean {
  return liobn >>> 0 >= FIRST_OF_PHBS;
}

/** Number of the PHB whose window that is. */
export function phbOfLiobn(liobn: number): number {
  return (liobn >>> PHB_SHIFT) & PHB_MASK;
}

/** Number of the PHB with a BUID, of which the lower half is given. */
export function phbOfBuid(low: number): number {
  return low & PHB_MASK;
}
