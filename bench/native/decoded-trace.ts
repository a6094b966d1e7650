/**
 * A trace decoded into items once, for the product's side of the comparison with the twin: its unit alone is
 * timed then, on this thread, and can go through the items as often as wanted.
 */
import { allocateMemory } from '../../models/memory/physical.ts';
import { ChunkWriter, firstCell } from '../../sim/replay/chunk-writer.ts';
import { Feeder } from '../../sim/replay/feeder.ts';
import type { Machine } from '../../sim/replay/machine.ts';
import { type PhbOutcome, PhbReplay } from '../../sim/replay/phb-replay.ts';
import { allocateReplay, CHUNKS } from '../../sim/replay/shared-layout.ts';
import {
  TouchedPages,
  type TouchedWindow,
  type TouchedWindows,
} from '../../sim/replay/touched-pages.ts';
import type { TraceBatch } from '../../traces/format.ts';
import { openTrace } from '../../traces/open.ts';

/** Address space for the tables of a PHB: 1 TiB of 4K pages takes 2 GiB of it. */
const MEMORY_BYTES = 3 * 2 ** 30;
/** Cells of the items that a PHB has room for at first. */
const CELLS_USUAL = 2 ** 16;

/** The items of one PHB, and where each of its chunks ends. */
interface PhbItems {
  cells: Int32Array;
  used: number;
  readonly ends: number[];
}

/** A PHB with its items. */
interface PhbAtWork {
  readonly replay: PhbReplay;
  readonly items: PhbItems;
}

export class DecodedTrace {
  private constructor(private readonly phbs: readonly PhbAtWork[]) {}

  /** Decodes a trace for a machine, and sets the machine up. */
  static async open(path: string, machine: Machine): Promise<DecodedTrace> {
    let windows: TouchedWindows = new Map();
    if (machine.map === 'touched') {
      const touched = new TouchedPages(machine.windows, machine.config.pe.tveSelect);
      for await (const batch of (await openTrace(path)).batches()) touched.add(batch);
      windows = touched.windowsByPhb();
    }
    const decoder = new Decoder(machine);
    for await (const batch of (await openTrace(path)).batches()) decoder.take(batch);
    const phbs: PhbAtWork[] = [];
    for (const [phb, items] of [...decoder.takeItems()].sort(([a], [b]) => a - b)) {
      phbs.push({ replay: await createPhb(phb, machine, items, windows.get(phb)), items });
    }
    return new DecodedTrace(phbs);
  }

  /** Replays all items once more. */
  pass(): void {
    for (const { replay, items } of this.phbs) {
      let from = 0;
      for (const end of items.ends) {
        replay.replay(from, end);
        from = end;
      }
    }
  }

  /** What was counted, after the last pass. */
  outcomes(): PhbOutcome[] {
    return this.phbs.map(({ replay }) => replay.outcome());
  }
}

/** A PHB with its items. */
async function createPhb(
  phb: number,
  machine: Machine,
  items: PhbItems,
  touched: readonly TouchedWindow[] = [],
) {
  const memory = allocateMemory(MEMORY_BYTES);
  const cells = new Int32Array(new SharedArrayBuffer(items.used * 4));
  cells.set(items.cells.subarray(0, items.used));
  return PhbReplay.create({ phb, memory, touched }, machine, cells, () => false);
}

/** Rows in, items out: a feeder whose chunks are copied as soon as they are full. */
class Decoder extends ChunkWriter {
  private readonly free = Array.from({ length: CHUNKS }, (_, chunk) => chunk);
  private readonly feeder: Feeder;
  private readonly found = new Map<number, PhbItems>();

  constructor(machine: Machine) {
    super(allocateReplay(1));
    this.feeder = new Feeder(
      this,
      machine,
      (row) => `row ${row}`,
      () => {},
    );
  }

  /** Takes all rows of a batch. */
  take(batch: TraceBatch): void {
    this.feeder.take(batch, 0);
  }

  /** The items of all rows, by PHB. */
  takeItems(): Map<number, PhbItems> {
    this.feeder.flush();
    return this.found;
  }

  override tryTake(): number | undefined {
    return this.free.pop();
  }

  override publish(chunk: number, phb: number, cells: number): void {
    const items = this.found.get(phb) ?? { cells: new Int32Array(CELLS_USUAL), used: 0, ends: [] };
    this.found.set(phb, items);
    if (items.used + cells > items.cells.length) {
      const grown = new Int32Array(items.cells.length * 2);
      grown.set(items.cells);
      items.cells = grown;
    }
    const from = firstCell(chunk);
    items.cells.set(this.items.subarray(from, from + cells), items.used);
    items.used += cells;
    items.ends.push(items.used);
    this.free.push(chunk);
  }
}
