/**
 * Traffic of mixed-phb4.yaml: on each of four PHBs six PEs, with every kind of window and without one, whose devices do
 * what is right and, now and then, everything that a PHB refuses; and software that maps, unmaps, kills,
 * freezes and recovers.
 */
import { encodeKill } from '../../models/tce-kill.ts';
import { encodeBypass, encodeTranslated } from '../../models/tve.ts';
import { type Owner, Rows } from './rows.ts';

const PHBS = [0, 1, 3, 6];
const EVENTS = 5000;
/** Most that passes between two events, in ns: the slow link is busy, and catches up. */
const STEP_NS = 330;
const SECOND = 1n << 59n;
/** Pages that are mapped at the start of each window, and those that devices use: the last are not. */
const PAGES_MAPPED = 48;
const PAGES_USED = 49;
const READ_WRITE = 3n;
const READ_ONLY = 1n;
/** PE#s with a part of their own: the last of the PHB's has no window, MISSING_PE does not exist. */
const RAW_PE = 4;
const BYPASS_PE = 5;
const BARE_PE = 6;
const MISSING_PE = 600;

/** A window of a PE as its device sees it. */
interface Space {
  readonly base: bigint;
  readonly pageShift: number;
}

/** Windows that software creates, by PE#: `levels` 0 is a guest's. */
const CREATED: readonly (Space & { pe: number; bytes: bigint; levels: number })[] = [
  { pe: 1, base: 0n, pageShift: 16, bytes: 1n << 30n, levels: 1 },
  { pe: 2, base: 0n, pageShift: 12, bytes: 1n << 30n, levels: 3 },
  { pe: 2, base: SECOND, pageShift: 16, bytes: 1n << 40n, levels: 2 },
  { pe: 3, base: 0n, pageShift: 24, bytes: 1n << 32n, levels: 0 },
];

/** The table of RAW_PE, which is stored word by word: five levels of 512 entries of 4 KiB pages. */
const RAW_ROOT = 0x1000_0000n;

/** The rows, always the same. */
export function mixedTraffic(): string[] {
  const rows = new Rows('golden/mixed');
  for (const phb of PHBS) setUp(rows, phb);
  rows.pass(50_000);
  for (let event = 0; event < EVENTS; event += 1) {
    rows.pass(rows.below(STEP_NS));
    const phb = rows.pick(PHBS);
    if (rows.below(100) < 12) software(rows, phb);
    else device(rows, phb);
    if (event % 1200 === 1199) stopAll(rows, phb);
  }
  return rows.all;
}

/** Windows and their first pages; page 7 of each may only be read. */
function setUp(rows: Rows, phb: number): void {
  for (const { pe, base, pageShift, bytes, levels } of CREATED) {
    const length = pageShift | (levels << 8);
    rows.add('create', { phb, pe }, { address: base, length, value: bytes });
    for (let page = 0; page < PAGES_MAPPED; page += 1) map(rows, { phb, pe }, { base, pageShift }, page);
  }
  storeTables(rows, phb);
  const bypass = encodeBypass(0n, 1n << 40n);
  rows.add('tve', { phb }, { address: BigInt(2 * BYPASS_PE + 1), value: bypass });
  rows.add('peltv', { phb, pe: 1 }, { length: 1, value: 2n });
}

/** A window of RAW_PE: a chain of indirect TCEs, and a leaf table under each of four of the last. */
function storeTables(rows: Rows, phb: number): void {
  const store = (address: bigint, value: bigint) =>
    rows.add('store', { phb }, { address, length: 8, value });
  const table = (number: number) => RAW_ROOT + (BigInt(number) << 12n);
  for (let level = 0; level < 3; level += 1) store(table(level), table(level + 1) | READ_WRITE);
  for (let leaf = 0; leaf < 4; leaf += 1) {
    store(table(3) + BigInt(8 * leaf), table(4 + leaf) | READ_WRITE);
    for (let entry = 0; entry < PAGES_MAPPED; entry += 1) {
      store(table(4 + leaf) + BigInt(8 * entry), BigInt(0x8000 + 64 * leaf + entry) << 12n | READ_WRITE);
    }
  }
  const value = encodeTranslated({ root: RAW_ROOT, levels: 5, tableShift: 12, pageShift: 12 });
  rows.add('tve', { phb }, { address: BigInt(2 * RAW_PE), value });
}

function map(rows: Rows, { phb, pe }: { phb: number; pe: number }, space: Space, page: number): void {
  const offset = BigInt(page) << BigInt(space.pageShift);
  const permission = page === 7 ? READ_ONLY : READ_WRITE;
  const value = (BigInt(pe) << 36n) + offset + permission;
  const cells = { address: space.base + offset, length: 2 ** space.pageShift, value };
  rows.add('map', { phb, pe }, cells);
}

/** A DMA of a device, about one in thirty of which the PHB cannot serve. */
function device(rows: Rows, phb: number): void {
  const pe = 1 + rows.below(BYPASS_PE);
  const owner = { phb, pe, rid: (pe << 8) | (pe === 1 ? rows.below(3) : 0) };
  const space = spaceOf(rows, pe);
  const page = BigInt(rows.below(rows.below(30) === 0 ? PAGES_USED : PAGES_MAPPED));
  // Pages 7 may not be written; where the device reads them nothing happens.
  const op = page === 7n && rows.below(8) !== 0 ? 'read' : rows.pick(['read', 'write']);
  const offset = (page << BigInt(space.pageShift)) + BigInt(64 * rows.below(60));
  const length = rows.pick([16, 64, 64, 256, 1500, 4096]);
  const strange = rows.below(150);
  if (strange < 6) return strangeDma(rows, owner, strange);
  rows.add(op, owner, { address: space.base + offset, length });
}

/** Bus addresses of a PE's device. */
function spaceOf(rows: Rows, pe: number): Space {
  const created = CREATED.filter((window) => window.pe === pe);
  if (created.length > 0) return rows.pick(created);
  if (pe === BYPASS_PE) return { base: SECOND, pageShift: 16 };
  return { base: BigInt(rows.below(4)) << 21n, pageShift: 12 };
}

/** MSIs, and requests that a PHB refuses for their address, their RID or for want of a window. */
function strangeDma(rows: Rows, owner: Owner, kind: number): void {
  const missing = { ...owner, rid: 0x900, pe: MISSING_PE };
  const bare = { ...owner, rid: BARE_PE << 8, pe: BARE_PE };
  switch (kind) {
    case 0:
      return rows.add('write', owner, { address: 0xffff_0040n, length: 4 });
    case 1:
      return rows.add('write', owner, { address: 0x1000_0000_0000_0040n, length: 4 });
    case 2:
      return rows.add('read', owner, { address: 0x4000_0000_0000_0000n, length: 64 });
    case 3:
      return rows.add('read', owner, { address: 1n << 52n, length: 64 });
    case 4:
      return rows.add('write', missing, { address: 0n, length: 64 });
    default:
      return rows.add('read', bare, { address: 0n, length: 64 });
  }
}

/** Something that software does: it maps, kills or recovers. */
function software(rows: Rows, phb: number): void {
  const { pe, base, pageShift } = rows.pick(CREATED);
  const page = rows.below(PAGES_MAPPED);
  const address = base + (BigInt(page) << BigInt(pageShift));
  const owner = { phb, pe };
  const kind = rows.below(20);
  if (kind < 9) return rows.add('unfreeze', { phb, pe: 1 + rows.below(BARE_PE) });
  if (kind < 12) {
    rows.add('unmap', owner, { address, length: 2 ** pageShift });
    rows.pass(rows.below(200));
    return map(rows, owner, { base, pageShift }, page);
  }
  if (kind < 16) {
    const pages = 1 + rows.below(4);
    for (let each = 0; each < pages; each += 1) kill(rows, phb, pe, address);
    return;
  }
  if (kind === 16) return rows.add('kill', { phb }, { value: encodeKill({ scope: 'all' }, 'ioda3') });
  if (kind === 17) return rows.add('kill', { phb }, { value: encodeKill({ scope: 'pe', pe }, 'ioda3') });
  if (kind === 18) return rows.add('freeze', owner);
  // A register value that names nothing.
  rows.add('kill', { phb }, { value: 1n });
}

function kill(rows: Rows, phb: number, pe: number, address: bigint): void {
  const page = { scope: 'page', pe, address: (address >> 16n) << 16n, pageShift: 16 } as const;
  rows.add('kill', { phb }, { value: encodeKill(page, 'ioda3') });
}

/** A fence, some DMA that nobody serves, and the reset that ends it. */
function stopAll(rows: Rows, phb: number): void {
  rows.add('fence', { phb });
  rows.pass(1000);
  for (let each = 0; each < 20; each += 1) device(rows, phb);
  rows.add('reset', { phb });
}
