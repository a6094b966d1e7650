/**
 * What MAP and UNMAP refuse about a range of bus addresses once its window is known, in the kernel's
 * order (iommu_tce_put_param_check, iommu_tce_clear_param_check and their callers). The end of the range
 * is compared with the window by UNMAP alone, and only until Linux 4.18.
 */
import { formatSize } from '../../size.ts';
import { type Refusal, refuse, refuseWithCode } from '../call-result.ts';
import type { VfioFacts } from '../era.ts';
import { type DmaWindow, effectiveBytes } from './dma-window.ts';
import type { MapRequest } from './requests.ts';

/** Why a MAP in this window is refused; undefined if it is not. */
export function mapProblem(
  window: DmaWindow,
  request: MapRequest,
  facts: VfioFacts,
): Refusal | undefined {
  const { pageShift } = window.table.geometry;
  if (splitsPage(request.bytes, pageShift)) {
    return refuse('EINVAL', `size: ${wholePages(pageShift)}`);
  }
  // That of the process where VFIO is asked, the real one where a trace maps.
  if (splitsPage(request.processAddress, pageShift)) {
    return refuse('EINVAL', `address of the memory: ${wholePages(pageShift)}`);
  }
  if (!request.read && !request.write) {
    return refuse('EINVAL', 'neither reading nor writing is asked for');
  }
  return addressProblem(request.busAddress, pageShift, facts);
}

/** Why an UNMAP in this window is refused; undefined if it is not. */
export function unmapProblem(
  window: DmaWindow,
  busAddress: bigint,
  bytes: bigint,
  facts: VfioFacts,
): Refusal | undefined {
  const { pageShift } = window.table.geometry;
  if (splitsPage(bytes, pageShift)) return refuse('EINVAL', `size: ${wholePages(pageShift)}`);
  const problem = addressProblem(busAddress, pageShift, facts);
  if (problem !== undefined || !facts.unmapChecksEnd) return problem;
  const end = busAddress - window.place.start + bytes;
  return end > effectiveBytes(window)
    ? refuse('EINVAL', 'the range ends behind the window')
    : undefined;
}

function addressProblem(busAddress: bigint, pageShift: number, facts: VfioFacts) {
  if (!splitsPage(busAddress, pageShift)) return undefined;
  return refuseWithCode(facts.misalignedAddressCode, `bus address: ${wholePages(pageShift)}`);
}

function splitsPage(value: bigint, pageShift: number): boolean {
  return (value & ((1n << BigInt(pageShift)) - 1n)) !== 0n;
}

function wholePages(pageShift: number): string {
  return `expected a multiple of ${formatSize(2 ** pageShift)}`;
}
