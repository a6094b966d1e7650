/**
 * DMA rows of a pseries capture: there is no TVE in one, so each window becomes a one-level table of
 * ours, which the capture's hypervisor calls fill, and every DMA is walked through it.
 */

import { tveIndex } from '../../models/address.ts';
import { hex } from '../../models/bits.ts';
import { tcePermission } from '../../models/tce.ts';
import { decodeTve, encodeTranslated, type Tve, tableShiftOf } from '../../models/tve.ts';
import { walk } from '../../models/walk.ts';
import { Op, REFUSED, type TraceBatch, type TraceSource } from '../../traces/format.ts';
import { getWord } from '../../traces/row-buffer.ts';
import type { CheckCounts } from './check-counts.ts';

/** Where every window's table stands; each has a memory of its own. */
const ROOT = 1n << 45n;
const TABLE_SHIFT_MIN = 12;

interface WindowTable {
  readonly tve: Tve;
  readonly pageShift: number;
  readonly start: bigint;
  readonly words: Map<bigint, bigint>;
}

export class PseriesCheck {
  private readonly windows = new Map<string, WindowTable>();
  private row = 0;

  constructor(
    private readonly counts: CheckCounts,
    private readonly path: string,
  ) {}

  /** Reads a whole imported capture. */
  async read(trace: TraceSource): Promise<void> {
    for await (const batch of trace.batches()) {
      for (let row = 0; row < batch.rows; row += 1) this.take(batch, row);
    }
  }

  private take(batch: TraceBatch, row: number): void {
    this.row += 1;
    const address = getWord(batch.address, row);
    const value = getWord(batch.value, row);
    const key = `${batch.phb[row]} ${tveIndex(0, address, 'bit59')}`;
    const window = this.windows.get(key);
    const length = batch.length[row];
    switch (batch.op[row]) {
      case Op.create:
        this.windows.set(key, createTable(length & 0xff, value, address));
        break;
      case Op.remove:
        this.windows.delete(key);
        break;
      case Op.put:
      case Op.indirect:
      case Op.stuff:
        if (window) put(window, address, value, length, batch.op[row] === Op.indirect);
        break;
      case Op.read:
      case Op.write:
        if (window && value !== 0n) this.check(window, address, value, batch.op[row] === Op.write);
        break;
    }
  }

  private check(window: WindowTable, address: bigint, value: bigint, isWrite: boolean): void {
    const counts = this.counts;
    const readWord = (at: bigint) => window.words.get(at) ?? 0n;
    const { outcome, reads } = walk(window.tve, address, isWrite ? 'write' : 'read', readWord);
    counts.rows += 1;
    if ('fault' in outcome && outcome.fault === 'tvt-address') {
      counts.outOfWindow += 1;
      return;
    }
    counts.reads += reads.length;
    const wanted = value === REFUSED ? 'refused' : hex(value);
    const got = 'fault' in outcome ? 'refused' : hex(outcome.real);
    if (value === REFUSED) counts.refused += 1;
    if (wanted === got) counts.agreed += 1;
    else counts.differences.push({ where: `${this.path} row ${this.row}`, wanted, got });
  }
}

function createTable(pageShift: number, bytes: bigint, start: bigint): WindowTable {
  const entriesShift = tableShiftOf(bytes) - pageShift;
  const tableShift = Math.max(entriesShift + 3, TABLE_SHIFT_MIN);
  const word = encodeTranslated({ root: ROOT, levels: 1, tableShift, pageShift });
  return { tve: decodeTve(word), pageShift, start, words: new Map() };
}

function put(
  window: WindowTable,
  address: bigint,
  value: bigint,
  count: number,
  isLinear: boolean,
): void {
  const { pageShift, start, words } = window;
  const first = (address - start) >> BigInt(pageShift);
  for (let entry = 0; entry < count; entry += 1) {
    const at = ROOT + (first + BigInt(entry)) * 8n;
    const tce = isLinear ? value + (BigInt(entry) << BigInt(pageShift)) : value;
    if (tcePermission(tce) === 0) words.delete(at);
    else words.set(at, tce);
  }
}
