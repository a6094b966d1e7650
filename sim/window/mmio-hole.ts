/**
 * Bus addresses from 2 GiB to 4 GiB: 32-bit MMIO of the devices (skiboot phb4.h M32_PCI_START). The kernel
 * leaves them out of the host's own windows, and reserves nothing in those of VFIO: a device that is told
 * to read memory there reads another device's registers.
 */

const HOLE_START = 1n << 31n;
const HOLE_END = 1n << 32n;

/** Bus addresses that follow each other. */
export interface BusRun {
  readonly start: bigint;
  readonly bytes: bigint;
}

/** Bytes of a window that lie in the hole. */
export function mmioBytesIn(start: bigint, bytes: bigint): bigint {
  const first = start > HOLE_START ? start : HOLE_START;
  const end = start + bytes < HOLE_END ? start + bytes : HOLE_END;
  return end > first ? end - first : 0n;
}

/** Memory of so many bytes laid from `start` on, around the hole. */
export function runsAround(start: bigint, bytes: bigint): BusRun[] {
  if (mmioBytesIn(start, bytes) === 0n) return [{ start, bytes }];
  const below = start < HOLE_START ? HOLE_START - start : 0n;
  const rest = { start: HOLE_END, bytes: bytes - below };
  return below === 0n ? [rest] : [{ start, bytes: below }, rest];
}
