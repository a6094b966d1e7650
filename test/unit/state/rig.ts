/** A unit that takes DMAs one by one and tells its form and what it books, for the tests of its state. */
import { allocateMemory, PhysicalMemory } from '../../../models/memory/physical.ts';
import { writeRte } from '../../../models/rte.ts';
import { Accounts } from '../../../sim/unit/books/accounts.ts';
import { QUAD } from '../../../sim/unit/items.ts';
import { createTceUnit, type TceUnit } from '../../../sim/unit/tce-unit.ts';
import { type DmaItem, type OracleCase, RTT_BASE } from '../../oracle/case.ts';

/** Books that keep what was booked, one after the other. */
class Booked extends Accounts {
  lines: string[] = [];

  override book(account: number, outcome: number, write: number, bytes: number, latency: number) {
    this.lines.push(`${account} ${outcome} ${write} ${bytes} ${latency}`);
  }

  override bookPart(account: number, part: number, cycles: number) {
    this.lines.push(`part ${account} ${part} ${cycles}`);
  }

  override bookCompletions(account: number, completions: number) {
    this.lines.push(`completions ${account} ${completions}`);
  }
}

/** One for each of two units, for all cases: their arrays are large. */
const BOOKS = [new Booked(), new Booked()];

/** A unit with the tables of a case. */
export class StateRig {
  private readonly unit: TceUnit;
  private readonly items = new Int32Array(new SharedArrayBuffer(QUAD * 4));
  private readonly booked: Booked;
  private since = 0;

  /** The first or the second of two; each RID has the PE# of its first DMA among `dmas`. */
  constructor(
    which: 0 | 1,
    { config, pacing, tves, words }: Omit<OracleCase, 'items'>,
    dmas: readonly DmaItem[],
  ) {
    const memory = new PhysicalMemory(allocateMemory(2 ** 21));
    for (const [address, word] of words) memory.write(address, word);
    for (const { rid, pe } of dmas.toReversed()) writeRte(memory, RTT_BASE, rid, pe);
    this.booked = BOOKS[which];
    this.booked.lines = [];
    this.unit = createTceUnit({
      config,
      ioda: 'ioda3',
      memory,
      rttBase: RTT_BASE,
      pacing,
      items: this.items,
      accounts: this.booked,
      seed: 'state',
    });
    for (const [index, word] of tves) this.unit.writeTve(index, word, 1 + index);
  }

  send({ isWrite, bytes, rid, address, stepNs }: DmaItem): void {
    this.items[0] = (isWrite ? 1 : 0) | ((bytes - 1) << 4) | (rid << 16);
    this.items[1] = Number(BigInt.asIntN(32, address));
    this.items[2] = Number(BigInt.asIntN(32, address >> 32n));
    this.items[3] = stepNs;
    this.unit.replay(0, QUAD);
  }

  /** The form of its state, for as long as it is not asked for the next. */
  form(): Int32Array {
    return this.unit.state().form;
  }

  /** What was booked and counted up to now is told. */
  clear(): void {
    this.booked.lines = [];
    this.unit.clearCounts();
    this.since = this.unit.state().cycle;
  }

  /** All that was booked and counted since then, when the DMAs are over. */
  told() {
    this.unit.finish();
    const {
      cycles,
      walkReads,
      walkCacheHits,
      rteMisses,
      cachedReads,
      uncachedReads,
      stalls,
      cutWaits,
    } = this.unit.counts();
    const counts = { rteMisses, cachedReads, uncachedReads, stalls, cutWaits };
    const reads = [...walkReads, ...walkCacheHits];
    return { booked: this.booked.lines, counts, reads, cycles: cycles - this.since };
  }
}

/** How many cells of two forms differ; one that is longer differs in all that it has more. */
export function cellsApart(some: Int32Array, others: Int32Array): number {
  const [short, long] = some.length < others.length ? [some, others] : [others, some];
  return long.reduce((apart, cell, at) => (cell === short[at] ? apart : apart + 1), 0);
}
