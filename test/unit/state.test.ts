/**
 * The canonical form of a unit's state: where two units have the same form, they do the same from there on.
 * One unit replays a list of DMAs, another begins cold somewhere in it. Once their forms are equal they must
 * stay so, and all that is booked from then on must be the same: what a part forgets to write down shows.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allocateMemory, PhysicalMemory } from '../../models/memory/physical.ts';
import { writeRte } from '../../models/rte.ts';
import { Accounts } from '../../sim/unit/books/accounts.ts';
import { QUAD } from '../../sim/unit/items.ts';
import { createTceUnit, type TceUnit } from '../../sim/unit/tce-unit.ts';
import { type DmaItem, type OracleCase, RTT_BASE } from '../oracle/case.ts';
import { oracleCase } from '../oracle/draw-items.ts';

const CASES = 3000;
/** How often a case's DMAs are repeated, so that units have time to become alike. */
const TURNS = 4;

/** Books that keep what was booked, one after the other. */
class Booked extends Accounts {
  lines: string[] = [];

  override book(account: number, outcome: number, write: number, bytes: number, latency: number) {
    this.lines.push(`${account} ${outcome} ${write} ${bytes} ${latency}`);
  }

  override bookPart(account: number, part: number, cycles: number) {
    this.lines.push(`part ${account} ${part} ${cycles}`);
  }

  override bookCompletions() {}
}

/** One for each of the two units, for all cases: their arrays are large. */
const BOOKS = [new Booked(), new Booked()];

/** A unit with the tables of a case, and a way to send it a DMA. */
class Rig {
  readonly unit: TceUnit;
  private readonly items = new Int32Array(new SharedArrayBuffer(QUAD * 4));

  constructor(
    drawn: OracleCase,
    dmas: readonly DmaItem[],
    readonly booked: Booked,
  ) {
    const memory = new PhysicalMemory(allocateMemory(2 ** 21));
    for (const [address, word] of drawn.words) memory.write(address, word);
    for (const { rid, pe } of dmas) writeRte(memory, RTT_BASE, rid, pe);
    booked.lines = [];
    this.unit = createTceUnit({
      config: drawn.config,
      ioda: 'ioda3',
      memory,
      rttBase: RTT_BASE,
      pacing: drawn.pacing,
      items: this.items,
      accounts: booked,
      seed: 'state',
    });
    for (const [index, word] of drawn.tves) this.unit.writeTve(index, word, 1 + index);
  }

  send({ isWrite, bytes, rid, address, stepNs }: DmaItem): void {
    this.items[0] = (isWrite ? 1 : 0) | ((bytes - 1) << 4) | (rid << 16);
    this.items[1] = Number(BigInt.asIntN(32, address));
    this.items[2] = Number(BigInt.asIntN(32, address >> 32n));
    this.items[3] = stepNs;
    this.unit.replay(0, QUAD);
  }

  form(): string {
    const { form } = this.unit.state();
    return Buffer.from(form.buffer, form.byteOffset, form.byteLength).toString('latin1');
  }
}

/** The DMAs of a case, each RID with the PE that it has first. */
function dmasOf({ items }: OracleCase): DmaItem[] {
  const dmas = items.filter((item) => item.kind === 'dma');
  const peOf = new Map(dmas.toReversed().map(({ rid, pe }) => [rid, pe]));
  const kept = dmas.filter(({ rid, pe }) => peOf.get(rid) === pe);
  return Array.from({ length: TURNS }, () => kept).flat();
}

/** Whether the two units became alike; throws where they did not stay so. */
function compare(drawn: OracleCase, start: number): boolean {
  const dmas = dmasOf(drawn);
  const [early, late] = BOOKS.map((booked) => new Rig(drawn, dmas, booked));
  for (const dma of dmas.slice(0, start)) early.send(dma);
  let isAlike = false;
  for (const dma of dmas.slice(start)) {
    early.send(dma);
    late.send(dma);
    const isEqual = early.form() === late.form();
    if (isAlike) expect(isEqual).toBe(true);
    else if (isEqual) {
      isAlike = true;
      for (const { booked } of [early, late]) booked.lines = [];
    }
  }
  for (const { unit } of [early, late]) unit.finish();
  if (isAlike) expect(early.booked.lines).toEqual(late.booked.lines);
  return isAlike;
}

test(
  'units whose forms are equal go on alike',
  () => {
    let alike = 0;
    fc.assert(
      fc.property(oracleCase, fc.integer({ min: 1, max: 40 }), (drawn, start) => {
        if (compare(drawn, start)) alike += 1;
      }),
      { numRuns: CASES, seed: 1 },
    );
    expect(alike).toBeGreaterThan(CASES / 6);
  },
  10 * 60_000,
);
