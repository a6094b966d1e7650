/**
 * RID to PE#: the RID translation table of a PHB, 65536 big-endian 16-bit entries in memory at
 * RTT_BAR (skiboot include/phb4-regs.h, QEMU hw/pci-host/pnv_phb4.c).
 */
import { InputError } from './input-error.ts';
import type { PhysicalMemory } from './memory/physical.ts';

/** Real address of a RID's entry. */
export function rteAddress(rttBase: bigint, rid: number): bigint {
  return rttBase + BigInt(rid * 2);
}

/** Bits that an entry stands above the least significant end of its 8-byte word. */
function shiftInWord(rid: number): bigint {
  return BigInt(48 - (rid & 3) * 16);
}

/** The PE# that the table in memory gives a RID. */
export function readRte(memory: PhysicalMemory, rttBase: bigint, rid: number): number {
  return Number((memory.read(rteAddress(rttBase, rid)) >> shiftInWord(rid)) & 0xffffn);
}

/** Writes a RID's entry. */
export function writeRte(memory: PhysicalMemory, rttBase: bigint, rid: number, pe: number): void {
  const address = rteAddress(rttBase, rid);
  const shift = shiftInWord(rid);
  const rest = memory.read(address) & ~(0xffffn << shift);
  memory.write(address, rest | (BigInt(pe) << shift));
}

/** A RID as `bus:device.function`: 0x0100 is `01:00.0`. */
export function formatRid(rid: number): string {
  const bus = (rid >> 8).toString(16).padStart(2, '0');
  const device = ((rid >> 3) & 31).toString(16).padStart(2, '0');
  return `${bus}:${device}.${rid & 7}`;
}

/** RID of `bus:device.function`, a decimal or a 0x number. Throws InputError that names `what`. */
export function parseRid(text: string, what: string): number {
  const parts = /^([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/i.exec(text);
  const rid = parts
    ? (Number.parseInt(parts[1] as string, 16) << 8) |
      (Number.parseInt(parts[2] as string, 16) << 3) |
      Number(parts[3])
    : /^(0x[0-9a-f]+|\d+)$/i.test(text)
      ? Number(text)
      : Number.NaN;
  if (!(rid >= 0 && rid <= 0xffff) || (parts && Number.parseInt(parts[2] as string, 16) > 31)) {
    throw new InputError(`${what}: expected a RID such as 01:00.0 or 0x100, got '${text}'`);
  }
  return rid;
}
