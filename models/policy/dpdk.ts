/**
 * DPDK's way to its one window, after lib/eal/linux/eal_vfio.c (vfio_spapr_create_dma_window): the
 * default window goes, because the new one must lie at bus address 0; one level first, then all that
 * GET_INFO offers. The window reaches from 0 to the highest address that is to be mapped, rounded up to
 * a power of two; its IO page is the huge page of DPDK's memory.
 */
import { isRefusal, type Refusal } from '../kernel/call-result.ts';
import { orderOf } from '../memory/order.ts';
import { type CallRecorder, type PolicyOutcome, type Wish, windowsOf } from './policy.ts';
import { strerror } from './strerror.ts';

const NO_WINDOW = 'EAL: Could not create new DMA window!';

/** Makes the window at bus address 0, or says why there is none. */
export function dpdk(calls: CallRecorder, wish: Wish): PolicyOutcome {
  const info = calls.getInfo();
  if (isRefusal(info)) {
    return calls.gaveUp(`EAL: Cannot get IOMMU info, ${describe(info)}`, NO_WINDOW);
  }
  const removed = calls.remove(info.dma32Start);
  if (isRefusal(removed)) return calls.gaveUp(NO_WINDOW);
  const { levelsMax } = windowsOf(info);
  const window = { windowBytes: powerOfTwoFrom(wish.windowBytes), pageShift: wish.pageShift };
  let levels = 1;
  let result = calls.create({ ...window, levels });
  while (isRefusal(result) && levels < levelsMax) {
    levels += 1;
    result = calls.create({ ...window, levels });
  }
  if (isRefusal(result)) {
    return calls.gaveUp(
      `EAL: Cannot create new DMA window, ${describe(result)}`,
      'EAL: Consider using a larger hugepage size if supported by the system',
      NO_WINDOW,
    );
  }
  const { startAddress } = result;
  if (startAddress === 0n) return calls.granted({ ...window, levels, startAddress });
  // The window stays behind; nobody removes it.
  const where = `0x${startAddress.toString(16)}`;
  return calls.gaveUp(`EAL: Received unsupported start address ${where}`, NO_WINDOW);
}

function describe(refusal: Refusal): string {
  return `error ${-refusal.rc} (${strerror(refusal)})`;
}

/** rte_align64pow2, in 64 bits: of nothing, and of what is too large, it is 0. */
function powerOfTwoFrom(bytes: bigint): bigint {
  return BigInt.asUintN(64, 1n << BigInt(orderOf(bytes, 0)));
}
