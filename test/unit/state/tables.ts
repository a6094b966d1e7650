/** The tables, the machine and the DMAs of the tests that compare the states of two units. */
import type { Pacing } from '../../../sim/unit/port/arrivals.ts';
import type { DmaItem, OracleCase } from '../../oracle/case.ts';
import { type ConfigOver, configWith } from '../../oracle/draw-config.ts';

const PAGE_SHIFT = 16n;
const TABLE_BYTES = 0x1000n;
/** Entries of a table: 4 KiB of them. */
const ENTRIES = 512n;
const MAPPED = 3n;
/** Pages of a table that are mapped: four lines. */
const MAPPED_PAGES = 64n;
/** A page that no table maps. */
export const UNMAPPED = 450;
/** A page behind the first windows. */
export const OUTSIDE = 600;
/** The windows' tables; those of PE 3 stand 2^39 bytes above those of PE 1. */
const ROOT_1 = 0x1_0000_0000n;
const ROOT_2 = 0x1_0000_1000n;
const ROOT_3 = ROOT_1 + (1n << 39n);
const DEEP_ROOT_1 = 0x1_0000_2000n;
const DEEP_ROOT_2 = 0x1_0000_8000n;
/** Address bit 59: the second window of a PE. */
const SECOND = 1n << 59n;
const MSI = 1n << 60n;

const words = new Map<bigint, bigint>();
const tves = new Map<number, bigint>();

function addWindow(tve: number, root: bigint, levels: bigint): void {
  tves.set(tve, (root << 4n) | ((levels - 1n) << 13n) | (1n << 8n) | (PAGE_SHIFT - 11n));
}

/** A leaf whose first pages are mapped, for reads and writes. */
function addLeaf(table: bigint): void {
  for (let page = 0n; page < MAPPED_PAGES; page += 1n) {
    words.set(table + page * 8n, (1n << 40n) | (page << PAGE_SHIFT) | MAPPED);
  }
}

/** A table whose first entries lead to the tables behind it. */
function addIndirect(table: bigint, children: readonly bigint[]): void {
  children.forEach((child, entry) => {
    words.set(table + BigInt(entry) * 8n, child | MAPPED);
  });
}

// PE 0 has the table of PE 1.
for (const [pe, root] of [ROOT_1, ROOT_1, ROOT_2, ROOT_3].entries()) {
  addWindow(2 * pe, root, 1n);
  addLeaf(root);
}
// PE 1's second window has two levels and four leaves.
const leaves = [1n, 2n, 3n, 4n].map((table) => DEEP_ROOT_1 + table * TABLE_BYTES);
addWindow(3, DEEP_ROOT_1, 2n);
addIndirect(DEEP_ROOT_1, leaves);
for (const leaf of leaves) addLeaf(leaf);
// PE 2's has three; the second table of the middle level leads nowhere.
const [middle, nowhere, ...bottom] = [1n, 2n, 3n, 4n].map(
  (table) => DEEP_ROOT_2 + table * TABLE_BYTES,
);
addWindow(5, DEEP_ROOT_2, 3n);
addIndirect(DEEP_ROOT_2, [middle, nowhere]);
addIndirect(middle, bottom);
for (const leaf of bottom) addLeaf(leaf);

/** Pages of PE 1's second window and PE 2's that a leaf, and a table above the leaves, spans. */
export const LEAF_PAGES = Number(ENTRIES);
export const MIDDLE_PAGES = Number(ENTRIES * ENTRIES);

/** Whether the line of a page of PE 1's first window is remote (T20). */
export function isRemote(page: number, sharePercent: number): boolean {
  const line = (ROOT_1 + BigInt(page) * 8n) >> 7n;
  const hash = ((line % 2n ** 32n) ^ (line >> 32n)) * 0x9e37_79b1n;
  return hash % 2n ** 32n < BigInt(Math.floor((sharePercent * 2 ** 32) / 100));
}

/** What limits nothing and takes no time, but for the lookup, walks (100 or 200) and reads of data (100). */
const PLAIN: ConfigOver = {
  unit: { clockMHz: 1000 },
  link: {
    generation: 0,
    gbps: 0,
    payloadBytes: 128,
    readRequestBytes: 4096,
    requestOverheadBytes: 0,
    completionOverheadBytes: 0,
  },
  credits: { postedHeaders: 0, postedData: 0, nonPostedHeaders: 0 },
  pe: { count: 4, tveSelect: 'bit59' },
  rteCache: { entries: 8, hitCycles: 0, invalidPe: 'refuse' },
  tvt: { readCycles: 0 },
  tceCache: {
    entries: 2,
    ways: 2,
    hash: 'plain',
    replacement: 'lru',
    granule: 'entry',
    lookupCycles: 10,
    responseCycles: 0,
    negative: true,
    hitUnderMiss: 'always',
  },
  lineBuffer: { entries: 0 },
  walkCache: { level1: 0, level2: 0, level3: 0, level4: 0 },
  tags: { count: 8, merge: 'entry' },
  walkers: { count: 0 },
  memory: { readNs: 200, cachedReadNs: 100, cachedLines: 4096, remoteShare: 0, retryNs: 0 },
  dma: { readNs: 100, writeNs: 0, readEngines: 0 },
  fault: { freezesPe: false },
  msi: { window32: false, window64: true },
};

/** A plain machine with some parameters replaced. */
export function plainCase(over: ConfigOver, pacing: Pacing): Omit<OracleCase, 'items'> {
  const groups = new Set([...Object.keys(PLAIN), ...Object.keys(over)]) as Set<keyof ConfigOver>;
  const merged = [...groups].map((group) => [group, { ...PLAIN[group], ...over[group] }]);
  return { config: configWith(Object.fromEntries(merged)), pacing, tves, words };
}

/** What a DMA is, where it is not a write of 64 bytes at once by the device with its PE's number. */
export interface DmaOver {
  /** Cycles since the one before. */
  readonly step?: number;
  readonly bytes?: number;
  readonly offset?: number;
  readonly rid?: number;
}

/** Far behind all that came before. */
export const LATER: DmaOver = { step: 1_000_000 };

function dma(pe: number, address: bigint, isWrite: boolean, over: DmaOver): DmaItem {
  const { step = 0, bytes = 64, offset = 0, rid = pe } = over;
  return {
    kind: 'dma',
    stepNs: step,
    rid,
    pe,
    address: address + BigInt(offset),
    bytes,
    isWrite,
  };
}

const pageAt = (page: number) => BigInt(page) << PAGE_SHIFT;

/** A write, and a read, of a page of the first window of a PE. */
export const write = (pe: number, page: number, over: DmaOver = {}) =>
  dma(pe, pageAt(page), true, over);
export const read = (pe: number, page: number, over: DmaOver = {}) =>
  dma(pe, pageAt(page), false, over);
/** The same of its second window. */
export const writeDeep = (pe: number, page: number, over: DmaOver = {}) =>
  dma(pe, SECOND | pageAt(page), true, over);
export const readDeep = (pe: number, page: number, over: DmaOver = {}) =>
  dma(pe, SECOND | pageAt(page), false, over);
/** A read that looks for no TCE: its RID was used, nothing else. */
export const msi = (pe: number, over: DmaOver = {}) => dma(pe, MSI, false, over);
/** A read, and a write, of a RID whose PE does not exist: they pass the RTE stage, nothing else. */
export const lost = (rid: number, over: DmaOver = {}) => dma(9, 0n, false, { rid, ...over });
export const lostWrite = (rid: number, over: DmaOver = {}) => dma(9, 0n, true, { rid, ...over });
