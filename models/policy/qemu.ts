/**
 * QEMU's way to a window for a guest of its pseries machine, after hw/vfio/spapr.c: it removes the
 * default window when it opens the container, and makes a window of its own for each that the guest
 * has. The level count to begin with is a guess from the size; whatever the kernel answers, the next
 * one is tried. Since 2025 (v10.1) a host that has one level only is asked once. Left out: registering
 * the guest's memory, which QEMU does before, and KVM's table.
 */
import { log2Exact } from '../bits.ts';
import { isRefusal, type Refusal } from '../kernel/call-result.ts';
import type { WindowsInfo } from '../kernel/vfio/requests.ts';
import {
  type CallRecorder,
  type GrantedWindow,
  type PolicyOutcome,
  type Wish,
  windowsOf,
} from './policy.ts';
import { strerror } from './strerror.ts';

/** What QEMU knows of its host, and which QEMU it is. */
export interface QemuHost {
  /** Log2 of the kernel's page: tables are guessed to get blocks of 256 of them. */
  readonly basePageShift: number;
  /** Looks at the level count of GET_INFO, and reports a failure once and not twice. */
  readonly isSince2025: boolean;
}

/** The guest's default window: 1 GiB of 4 KiB pages at bus address 0 (hw/ppc/spapr_pci.c). */
const GUEST_DEFAULT_WINDOW = { windowBytes: 1n << 30n, pageShift: 12, startAddress: 0n };
/** The largest block that QEMU counts on: 2^8 pages of the kernel. */
const BLOCK_ORDER_GUESSED = 8;
const TCE_SHIFT = 3;
const NO_LEVELS = "Host doesn't support multi-level TCE tables. Use larger IO page size";
/** Stands for the level count of a window that QEMU never asked for. */
const NOT_MADE = -1;

/** A window that could not be had, in QEMU's words. */
type Failure = readonly string[];

/** Opens the container and makes the guest's windows, up to the one that is wished for. */
export function qemu(calls: CallRecorder, wish: Wish, host: QemuHost): PolicyOutcome {
  const info = calls.getInfo();
  if (isRefusal(info)) {
    return calls.gaveUp(`VFIO_IOMMU_SPAPR_TCE_GET_INFO failed: ${strerror(info)}`);
  }
  const { dma32Start } = info;
  const removed = calls.remove(dma32Start);
  if (isRefusal(removed)) {
    const why = `failed to remove existing window: ${strerror(removed)}`;
    return calls.gaveUp(notRemoved(dma32Start), why);
  }
  const windows = windowsOf(info);
  // The guest has its default window from the start, and asks for others when it runs.
  if (wish.startAddress !== GUEST_DEFAULT_WINDOW.startAddress) {
    const first = createWindow(calls, { ...wish, ...GUEST_DEFAULT_WINDOW }, windows, host);
    if (isFailure(first)) return calls.gaveUp(...first);
  }
  const window = createWindow(calls, wish, windows, host);
  return isFailure(window) ? calls.gaveUp(...window) : calls.granted(window);
}

/** vfio_spapr_create_window. */
function createWindow(
  calls: CallRecorder,
  wish: Wish,
  info: WindowsInfo,
  host: QemuHost,
): GrantedWindow | Failure {
  const { windowBytes, startAddress } = wish;
  const pageShift = largestPage(info.pageSizes, Math.min(wish.pageShift, wish.backingShift));
  if (pageShift === undefined) {
    const mask = `the supported mask is 0x${hexDigits(info.pageSizes)}`;
    const problem = `Host doesn't support page size 0x${hexDigits(1n << BigInt(wish.pageShift))}`;
    return spoken(`${problem}, ${mask}`, 'Invalid argument', host);
  }
  const ladder = levelCounts({ windowBytes, pageShift }, info.levelsMax, host);
  if (ladder === undefined) {
    const mask = `Supported mask is 0x${hexDigits(info.pageSizes)}`;
    return [`${NO_LEVELS}. ${mask}: Invalid argument`];
  }
  const answer = climb(calls, { windowBytes, pageShift }, ladder);
  if ('rc' in answer) return refused(answer, host);
  if (answer.startAddress === startAddress) return answer.levels === NOT_MADE ? [] : answer;
  const removed = calls.remove(answer.startAddress);
  const places = `at ${hexDigits(startAddress)}, must be ${hexDigits(answer.startAddress)}`;
  const misplaced = `Host doesn't support DMA window ${places}`;
  return [
    ...(isRefusal(removed) ? [notRemoved(answer.startAddress)] : []),
    ...spoken(misplaced, 'Invalid argument', host),
  ];
}

/** Asks for a window with one level count after the other; the last refusal if none will do. */
function climb(
  calls: CallRecorder,
  window: { readonly windowBytes: bigint; readonly pageShift: number },
  ladder: readonly number[],
): GrantedWindow | Refusal {
  // With no count to try QEMU goes on as if the window were there, at address 0.
  let answer: GrantedWindow | Refusal = { ...window, levels: NOT_MADE, startAddress: 0n };
  for (const levels of ladder) {
    const result = calls.create({ ...window, levels });
    if (!isRefusal(result)) return { ...window, levels, startAddress: result.startAddress };
    answer = result;
  }
  return answer;
}

/** The level counts that QEMU tries; undefined where it knows that the host cannot have so many. */
function levelCounts(
  { windowBytes, pageShift }: { readonly windowBytes: bigint; readonly pageShift: number },
  levelsMax: number,
  host: QemuHost,
): number[] | undefined {
  // `entries` is an unsigned int of C, and the trailing zeros of nothing are 64.
  const entries = BigInt.asUintN(32, windowBytes >> BigInt(pageShift));
  const bits = entries === 0n ? 64 : trailingZeros(entries) + TCE_SHIFT;
  const bitsPerLevel = host.basePageShift + BLOCK_ORDER_GUESSED;
  if (host.isSince2025 && levelsMax <= 1) {
    const levels = Math.floor(bits / bitsPerLevel);
    return levels > levelsMax ? undefined : [levels];
  }
  const first = Math.ceil(bits / bitsPerLevel);
  const last = Math.floor((64 - pageShift) / host.basePageShift);
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, step) => first + step);
}

/** Log2 of the largest page of a mask that is not above 2^`shift`. */
function largestPage(pageSizes: bigint, shift: number): number | undefined {
  const usable = pageSizes & ((2n << BigInt(shift)) - 1n);
  return usable === 0n ? undefined : usable.toString(2).length - 1;
}

function trailingZeros(value: bigint): number {
  return log2Exact(value & -value);
}

/** Before 2025 the window's function reported by itself and its caller again. */
function refused(refusal: Refusal, host: QemuHost): Failure {
  const what = 'Failed to create a window, ret = -1';
  if (host.isSince2025) return [`${what}: ${strerror(refusal)}`];
  return [`${what} (${strerror(refusal)})`, `Failed to create SPAPR window: ${strerror(refusal)}`];
}

function notRemoved(startAddress: bigint): string {
  return `Failed to remove window at ${hexDigits(startAddress)}`;
}

/** A refusal of QEMU itself, on one line since 2025 and on two before. */
function spoken(problem: string, why: string, host: QemuHost): Failure {
  if (host.isSince2025) return [`${problem}: ${why}`];
  return [problem, `Failed to create SPAPR window: ${why}`];
}

function isFailure(answer: GrantedWindow | Failure): answer is Failure {
  return Array.isArray(answer);
}

function hexDigits(value: bigint): string {
  return value.toString(16);
}
