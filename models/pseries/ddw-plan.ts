/**
 * What window a partition's kernel makes for a device, from what firmware offers and the memory that
 * there is: the arithmetic of enable_ddw (arch/powerpc/platforms/pseries/iommu.c), no call and no state.
 */
import { orderOf } from '../memory/order.ts';
import { describeBytes, formatSize } from '../size.ts';
import type { WindowQuery } from './ddw-calls.ts';
import { pageShiftsOfMask } from './ddw-page-sizes.ts';
import type { GuestDdwFacts } from './guest-era.ts';

/** The memory that a window has to map. */
export interface MappedMemory {
  /** Where memory ends, with all that may be added. */
  readonly bytesMax: bigint;
  /** Whether the partition has persistent memory (ibm,pmemory), which may lie anywhere. */
  readonly hasPmem: boolean;
  /** Address bits of memory that the kernel can have: 51 with 64K pages, 46 with 4K. */
  readonly addressBitsMax: number;
}

/** What the kernel knows when it decides. */
export interface DdwQuestion {
  readonly query: WindowQuery;
  readonly memory: MappedMemory;
  /** Bits of the device's DMA mask. */
  readonly maskBits: number;
  /** Whether the default window had to give way. */
  readonly isDefaultRemoved: boolean;
}

/** The window to ask for, and how it will be used. */
export interface DdwPlan {
  readonly pageShift: number;
  readonly windowShift: number;
  /** Memory is mapped once: bus address = start + real address. */
  readonly isDirect: boolean;
  /** Pages are mapped as drivers need them: in all of the window, or behind what is mapped once. */
  readonly isDynamic: boolean;
  /** Bytes of the window in front of the dynamic part. */
  readonly dynamicOffset: bigint;
  /** The reasons, a sentence each. */
  readonly reasons: readonly string[];
}

/** MIN_DDW_VPMEM_DMA_WINDOW: less than this behind the memory is not worth a hybrid window. */
const DYNAMIC_PART_MIN = 1n << 31n;

/** The plan; a sentence instead if there is none. */
export function planWindow(facts: GuestDdwFacts, question: DdwQuestion): DdwPlan | string {
  const pageShift = choosePage(facts, question.query.pageMask);
  if (pageShift === undefined) return 'none of the page sizes is one that this kernel uses';
  const reasons = [`pages of ${formatSize(2 ** pageShift)}`];
  const offer = offerOf(facts, question, pageShift);
  const ramShift = orderBase2(question.memory.bytesMax);
  const wantedShift = shiftWanted(facts, question, offer, reasons);
  if (offer.maps(wantedShift)) {
    const fitting = { pageShift, windowShift: wantedShift, reasons };
    return fittingWindow(facts, question, offer, ramShift, fitting);
  }
  const memory = `${describeBytes(1n << BigInt(wantedShift))} to be mapped`;
  const lack = `${memory}, the largest window has ${describeBytes(offer.bytes)}`;
  if (!facts.hasDynamicWindows) return lack;
  reasons.push(`${lack}: pages are mapped as they are needed`);
  const windowShift = offer.shiftMax;
  return { pageShift, windowShift, isDirect: false, isDynamic: true, dynamicOffset: 0n, reasons };
}

/** Log2, rounded up: order_base_2 of the kernel, which has 0 for nothing. */
export function orderBase2(value: bigint): number {
  return value === 0n ? 0 : orderOf(value, 0);
}

/** The window that firmware would grant, as the kernel reckons it. */
interface Offer {
  /** Bytes that the largest block maps, or that the device can address. */
  readonly bytes: bigint;
  /** Log2 of the largest window; more than `bytes` when the block is no power of two. */
  readonly shiftMax: number;
  /** Whether a window of 2^shift bytes is within it. */
  maps(shift: number): boolean;
}

function offerOf(facts: GuestDdwFacts, question: DdwQuestion, pageShift: number): Offer {
  const { query, memory, maskBits } = question;
  const blockBytes = query.largestBlock << BigInt(pageShift);
  if (facts.hasLimitedAddressing) {
    // This kernel rounds up first and compares then: a block that is no power of two passes for one.
    const shiftMax = Math.min(orderBase2(blockBytes), maskBits);
    return { bytes: 1n << BigInt(shiftMax), shiftMax, maps: (shift) => shiftMax >= shift };
  }
  const shiftMax = orderBase2(blockBytes);
  if (!facts.hasDynamicWindows) {
    return { bytes: blockBytes, shiftMax, maps: () => blockBytes >= memory.bytesMax };
  }
  return { bytes: blockBytes, shiftMax, maps: (shift) => blockBytes >= 1n << BigInt(shift) };
}

/** iommu_get_page_shift; until 5.8 only 16M, 64K and 4K were known. */
function choosePage(facts: GuestDdwFacts, pageMask: number): number | undefined {
  const offered = pageShiftsOfMask(pageMask);
  if (facts.pageChoice === 'largest') return offered.at(-1);
  return offered.findLast((shift) => shift === 24 || shift === 16 || shift === 12);
}

/** All of memory, or all addresses that memory can have where persistent memory needs them. */
function shiftWanted(
  facts: GuestDdwFacts,
  { memory }: DdwQuestion,
  offer: Offer,
  reasons: string[],
): number {
  const ramShift = orderBase2(memory.bytesMax);
  if (!memory.hasPmem || !facts.hasDynamicWindows) return ramShift;
  if (offer.maps(memory.addressBitsMax)) {
    reasons.push(`persistent memory: all ${memory.addressBitsMax} address bits are mapped`);
    return memory.addressBitsMax;
  }
  reasons.push('Skipping ibm,pmemory');
  return ramShift;
}

/** A window that can map all that it should: for good, or page by page, or both. */
function fittingWindow(
  facts: GuestDdwFacts,
  { memory, isDefaultRemoved }: DdwQuestion,
  offer: Offer,
  ramShift: number,
  window: { pageShift: number; windowShift: number; reasons: string[] },
): DdwPlan {
  const { reasons } = window;
  const mapsAll = window.windowShift === memory.addressBitsMax || !memory.hasPmem;
  const isDirect = !isDefaultRemoved || mapsAll;
  if (isDirect) {
    reasons.push(`${describeBytes(1n << BigInt(window.windowShift))} map all memory for good`);
    return { ...window, isDirect, isDynamic: false, dynamicOffset: 0n };
  }
  const whole = { ...window, isDirect, isDynamic: true, dynamicOffset: 0n };
  const why = 'persistent memory, and no other window that could map it';
  if (!facts.hasHybridWindows) {
    reasons.push(`${why}: pages are mapped as they are needed`);
    return whole;
  }
  const widest = { ...whole, windowShift: offer.shiftMax };
  const ramBytes = 1n << BigInt(ramShift);
  if (offer.bytes < DYNAMIC_PART_MIN + ramBytes) {
    reasons.push(`${why}, and no room behind memory: pages are mapped as they are needed`);
    return widest;
  }
  reasons.push(`${why}: behind memory, pages are mapped as they are needed`);
  return { ...widest, isDirect: true, dynamicOffset: ramBytes };
}
