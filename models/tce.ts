/**
 * The translation control entry: 8 bytes, big-endian, after LoPAR "TCE Definition"
 * (OpenPOWERFoundation/Linux-Architecture-Reference ch_address_map). An indirect entry of a
 * multi-level table is the real address of the next table with both permission bits.
 */

/** The device may read the page (TCE bit 63 in IBM numbering). */
export const TCE_PCI_READ = 1;
/** The device may write the page (TCE bit 62). */
export const TCE_PCI_WRITE = 2;
/** Both; what Linux writes into indirect entries. */
export const TCE_PCI_READ_WRITE = TCE_PCI_READ | TCE_PCI_WRITE;

/** Bits of a TCE that are no real page number at any IO page size. */
const TCE_FLAG_BITS = 0xfffn;

/** Permission bits of a TCE; 0 means that no page is mapped. */
export function tcePermission(tce: bigint): number {
  return Number(tce & 3n);
}

/** The permission bit that an access needs. */
export function permissionFor(access: 'read' | 'write'): number {
  return access === 'write' ? TCE_PCI_WRITE : TCE_PCI_READ;
}

/** Real address behind an indirect TCE: the next level's table. */
export function nextTable(tce: bigint): bigint {
  return tce & ~TCE_FLAG_BITS & 0xffff_ffff_ffff_ffffn;
}

/** Real address that a leaf TCE gives a bus address; page number bits below the page are ignored. */
export function realAddress(tce: bigint, address: bigint, pageShift: number): bigint {
  const offset = (1n << BigInt(pageShift)) - 1n;
  return (tce & ~offset & 0xffff_ffff_ffff_ffffn) | (address & offset);
}

/** `rw`, `r-`, `-w` or `--`. */
export function describePermission(permission: number): string {
  return (permission & TCE_PCI_READ ? 'r' : '-') + (permission & TCE_PCI_WRITE ? 'w' : '-');
}
