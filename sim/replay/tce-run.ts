/** The H_PUT_TCE family: a hypervisor writes a guest's TCEs into the table of a window. */
import { hex } from '../../models/bits.ts';
import { type CallResult, refuse } from '../../models/kernel/call-result.ts';
import { type DmaWindow, entryOf } from '../../models/kernel/vfio/dma-window.ts';
import { tcePermission } from '../../models/tce.ts';

/** A run of equal or linear TCEs. */
export interface TceRun {
  readonly busAddress: bigint;
  readonly tce: bigint;
  readonly count: number;
  /** Whether each entry names the page behind the one before; otherwise all are the same. */
  readonly isLinear: boolean;
}

/** Makes the PHB forget a run of IO pages, `address` being the bus address of the first. */
type Kill = (pageShift: number, address: bigint, pages: number) => void;

/**
 * Writes a run into the window that its first address lies in, as QEMU's handlers do: bits of the address
 * below the IO page do not count. The guest's pages may be larger than the window's, 2^guestShift bytes.
 */
export function writeTces(
  window: DmaWindow | undefined,
  { busAddress: ioba, tce, count, isLinear }: TceRun,
  guestShift: number | undefined,
  kill: Kill,
): CallResult {
  if (!window) return refuse('EINVAL', `no window contains bus address ${hex(ioba)}`);
  const { table } = window;
  const { pageShift, tceCount } = table.geometry;
  const shift = guestShift ?? pageShift;
  const busAddress = (ioba >> BigInt(shift)) << BigInt(shift);
  const entry = entryOf(window, busAddress);
  const perGuestTce = 2 ** (shift - pageShift);
  const entries = count * perGuestTce;
  if (count === 0) return { rc: 0 };
  if (entry + entries > tceCount) {
    return refuse('EINVAL', `${count} TCEs from ${hex(busAddress)} on pass the window's end`);
  }
  if (tcePermission(tce) === 0) table.clear(entry, entries);
  else {
    // Equal TCEs of the guest are equal runs of the host's; linear ones are one linear run.
    const run = isLinear ? entries : perGuestTce;
    for (let at = entry; at < entry + entries; at += run) {
      const { failure } = table.setRun(at, run, tce, 2 ** pageShift);
      if (failure) return refuse('ENOMEM', `no block of order ${failure.order} for a table level`);
    }
  }
  kill(pageShift, busAddress, entries);
  return { rc: 0 };
}
