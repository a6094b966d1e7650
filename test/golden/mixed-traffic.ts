/**
 * Traffic of mixed-phb4.yaml: on each of four PHBs six PEs, with every kind of window and without one, whose devices do
 * what is right and, now and then, everything that a PHB refuses; and software that maps, unmaps, kills,
 * freezes and recovers.
 */
import { encodeKill } from '../../models/tce-kill.ts';
import { encodeBypass, encodeTranslated } from '../../models/tve.ts';
import { Rows } from './rows.ts';

const PHBS = [0, 1, 3, 6];
const EVENTS = 5000;
/** Most that passes in a burst and between two of them, in ns: queues fill, and empty again. */
const STEP_NS = 20;
const PAUSE_NS = 5000;
const SECOND = 1n << 59n;
/** Pages at the start of each window that are mapped; devices use one more. */
const PAGES_MAPPED = 48;
/** Of each window: the page that may not be written. */
const READ_ONLY_PAGE = 7;
const KILL_PAGE_SHIFT = 16n;
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
    rows.pass(rows.below(rows.below(16) === 0 ? PAUSE_NS : STEP_NS));
    const phb = rows.pick(PHBS);
    if (rows.below(100) < 12) software(rows, phb);
    else device(rows, phb);
    if (event % 1200 === 1199) stopAll(rows, phb);
  }
  return rows.all;
}

/** Windows and their first pages, a table of the trace's own, an untranslated window. */
function setUp(rows: Rows, phb: number): void {
  for (const { pe, base, pageShift, bytes, levels } of CREATED) {
    const length = pageShift | (levels << 8);
    rows.add('create', { phb, pe }, { address: base, length, value: bytes });
    for (let page = 0; page < PAGES_MAPPED; page += 1)
      map(rows, { phb, pe }, { base, pageShift }, page);
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
      store(
        table(4 + leaf) + BigInt(8 * entry),
        (BigInt(0x8000 + 64 * leaf + entry) << 12n) | READ_WRITE,
      );
    }
  }
  const value = encodeTranslated({ root: RAW_ROOT, levels: 5, tableShift: 12, pageShift: 12 });
  rows.add('tve', { phb }, { address: BigInt(2 * RAW_PE), value });
}

function map(
  rows: Rows,
  { phb, pe }: { phb: number; pe: number },
  space: Space,
  page: number,
): void {
  const offset = BigInt(page) << BigInt(space.pageShift);
  const permission = page === READ_ONLY_PAGE ? READ_ONLY : READ_WRITE;
  const value = (BigInt(pe) << 36n) + offset + permission;
  const cells = { address: space.base + offset, length: 2 ** space.pageShift, value };
  rows.add('map', { phb, pe }, cells);
}

/** A DMA of a device, about one in fifty of which the PHB cannot serve or takes for an MSI. */
function device(rows: Rows, phb: number): void {
  const pe = 1 + rows.below(BYPASS_PE);
  const owner = { phb, pe, rid: (pe << 8) | (pe === 1 ? rows.below(3) : 0) };
  if (rows.below(50) === 0) strangeDma(rows, owner);
  else plainDma(rows, owner);
}

/** A DMA to a page that is mapped; to the one behind them, or a write to a page to be read, now and then. */
function plainDma(rows: Rows, owner: { phb: number; pe: number; rid: number }): void {
  const { base, pageShift } = spaceOf(rows, owner.pe);
  const page = rows.below(rows.below(50) === 0 ? PAGES_MAPPED + 1 : PAGES_MAPPED);
  const isSafe = page === READ_ONLY_PAGE && rows.below(8) !== 0;
  const offset = (BigInt(page) << BigInt(pageShift)) + BigInt(64 * rows.below(60));
  const length = rows.pick([16, 64, 64, 256, 1500, 4096]);
  const op = isSafe ? 'read' : rows.pick(['read', 'write']);
  rows.add(op, owner, { address: base + offset, length });
}

/** Bus addresses of a PE's device. */
function spaceOf(rows: Rows, pe: number): Space {
  const created = CREATED.filter((window) => window.pe === pe);
  if (created.length > 0) return rows.pick(created);
  if (pe === BYPASS_PE) return { base: SECOND, pageShift: 16 };
  return { base: BigInt(rows.below(4)) << 21n, pageShift: 12 };
}

/** An MSI, or a request that a PHB refuses for its address, its RID or for want of a window. */
function strangeDma(rows: Rows, owner: { phb: number; pe: number; rid: number }): void {
  const missing = { ...owner, rid: 0x900, pe: MISSING_PE };
  const bare = { ...owner, rid: BARE_PE << 8, pe: BARE_PE };
  const kinds = [
    ['write', owner, { address: 0xffff_0040n, length: 4 }],
    ['write', owner, { address: 0x1000_0000_0000_0040n, length: 4 }],
    ['read', owner, { address: 0x4000_0000_0000_0000n, length: 64 }],
    ['read', owner, { address: 1n << 52n, length: 64 }],
    ['write', missing, { address: 0n, length: 64 }],
    ['read', bare, { address: 0n, length: 64 }],
  ] as const;
  const [op, sender, cells] = rows.pick(kinds);
  rows.add(op, sender, cells);
}

/** Something that software does: it recovers, maps again or kills. */
function software(rows: Rows, phb: number): void {
  const window = rows.pick(CREATED);
  const { pe } = window;
  const page = rows.below(PAGES_MAPPED);
  const kind = rows.below(20);
  if (kind < 9) rows.add('unfreeze', { phb, pe: 1 + rows.below(BARE_PE) });
  else if (kind < 12) mapAgain(rows, { phb, pe }, window, page);
  else if (kind < 16) killPages(rows, phb, window, page);
  else if (kind === 16) kill(rows, phb, encodeKill({ scope: 'all' }, 'ioda3'));
  else if (kind === 17) kill(rows, phb, encodeKill({ scope: 'pe', pe }, 'ioda3'));
  else if (kind === 18) rows.add('freeze', { phb, pe });
  // A register value that names nothing.
  else kill(rows, phb, 1n);
}

function mapAgain(
  rows: Rows,
  owner: { phb: number; pe: number },
  space: Space,
  page: number,
): void {
  const { base, pageShift } = space;
  const address = base + (BigInt(page) << BigInt(pageShift));
  rows.add('unmap', owner, { address, length: 2 ** pageShift });
  rows.pass(rows.below(200));
  map(rows, owner, space, page);
}

/** Kills of one page in a row, more than the queue holds: some get lost. */
function killPages(rows: Rows, phb: number, window: Space & { pe: number }, page: number): void {
  const { pe, base, pageShift } = window;
  const inside = base + (BigInt(page) << BigInt(pageShift));
  const address = (inside >> KILL_PAGE_SHIFT) << KILL_PAGE_SHIFT;
  const register = { scope: 'page', pe, address, pageShift: Number(KILL_PAGE_SHIFT) } as const;
  const kills = 1 + rows.below(4);
  for (let each = 0; each < kills; each += 1) kill(rows, phb, encodeKill(register, 'ioda3'));
}

function kill(rows: Rows, phb: number, value: bigint): void {
  rows.add('kill', { phb }, { value });
}

/** A fence, some DMA that nobody serves, and the reset that ends it. */
function stopAll(rows: Rows, phb: number): void {
  rows.add('fence', { phb });
  rows.pass(1000);
  for (let each = 0; each < 20; each += 1) device(rows, phb);
  rows.add('reset', { phb });
}
