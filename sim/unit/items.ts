/**
 * What the feeder hands to a unit: items of four or eight 32-bit cells, in the order of the trace.
 * A request is one quad; every other item is two.
 *
 *   request   kind | (length - 1) << 4 | rid << 16 · address low · address high · step in cycles
 *   expected  a request whose source recorded the real address: a second quad with low · high · 0 · 0
 *   leap      kind · cycles, low and high half · step · 0
 *   control   kind | op << 4 · address low · address high · step · value low · high · length · rid | pe << 16
 */

/** Cells of a quad. */
export const QUAD = 4;

export const ITEM_READ = 0;
export const ITEM_WRITE = 1;
export const ITEM_EXPECTED_READ = 2;
export const ITEM_EXPECTED_WRITE = 3;
/** A control operation of the trace. */
export const ITEM_CONTROL = 4;
/** Firmware assigns a RID to a PE. */
export const ITEM_ASSIGN = 5;
/** Much time passes: more than a step can hold. */
export const ITEM_LEAP = 6;

export const ITEM_KIND_MASK = 15;
/** 1 for a request that writes memory, 0 for one that reads it. */
export function writeOf(head: number): number {
  return head & 1;
}

/** Bytes of a request. */
export function bytesOf(head: number): number {
  return ((head >>> 4) & 0xfff) + 1;
}

/** RID of a request. */
export function ridOf(head: number): number {
  return head >>> 16;
}

/** A request is at most one 4 KiB block, which PCIe requests do not cross. */
export const REQUEST_BYTES_MAX = 4096;
