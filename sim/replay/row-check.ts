/**
 * What the rows of a trace may say on a machine, checked where they come in, so that a message can name the
 * row. PE#s of DMAs are not looked at: a RID whose PE# the PHB does not have is a bad RTE, which is a fault.
 */
import { secondWindowStart } from '../../models/address.ts';
import { hex, lowerHalf, upperHalf } from '../../models/bits.ts';
import { OPERATIONS, Op, type Operation, type TraceBatch } from '../../traces/format.ts';
import { getWord } from '../../traces/row-buffer.ts';
import type { Machine } from './machine.ts';

const HALF = 2 ** 32;
/** The upper half of the last addresses. */
const LAST_UPPER = HALF - 1;

/** Operations whose column `pe` does not count, by code. */
const IS_OF_PHB = OPERATIONS.map((op) =>
  (['tve', 'store', 'kill', 'fence', 'reset'] as Operation[]).includes(op),
);

export class RowCheck {
  private readonly phb: string;
  private readonly pes: number;
  private readonly tves: number;
  private readonly secondStart: bigint;

  constructor({ phb, config: { pe } }: Pick<Machine, 'phb' | 'config'>) {
    this.phb = phb;
    this.pes = pe.count;
    this.tves = pe.count * pe.tvesPerPe;
    this.secondStart = secondWindowStart(pe.tveSelect);
  }

  /** What is wrong with a row, as `operation: column: expected .., got ..`; undefined where nothing is. */
  problemOf(batch: TraceBatch, row: number): string | undefined {
    const op = batch.op[row];
    const problem = op <= Op.write ? problemOfDma(batch, row) : this.problemOfControl(batch, row);
    return problem === undefined ? undefined : `${OPERATIONS[op]}: ${problem}`;
  }

  private problemOfControl(batch: TraceBatch, row: number): string | undefined {
    const op = batch.op[row];
    const pe = batch.pe[row];
    if (!IS_OF_PHB[op] && pe >= this.pes) {
      return `pe: expected 0..${this.pes - 1} on ${this.phb}, got ${pe}`;
    }
    switch (op) {
      case Op.tve:
        return this.problemOfTve(batch, row);
      case Op.store:
        if (batch.address[2 * row] % 8 === 0) return undefined;
        return `address: expected a multiple of 8, got ${hex(getWord(batch.address, row))}`;
      case Op.create:
        return this.problemOfCreate(batch, row);
      case Op.peltv:
        return this.problemOfPeltv(batch, row);
      default:
        return undefined;
    }
  }

  private problemOfTve({ address }: TraceBatch, row: number): string | undefined {
    if (address[2 * row + 1] === 0 && address[2 * row] < this.tves) return undefined;
    const got = getWord(address, row);
    return `address: expected a TVT index 0..${this.tves - 1} on ${this.phb}, got ${got}`;
  }

  /** A window begins at bus address 0, or where the second one does. */
  private problemOfCreate({ address }: TraceBatch, row: number): string | undefined {
    const [low, high] = [address[2 * row], address[2 * row + 1]];
    const second = this.secondStart;
    const isSecond = high === upperHalf(second) && low === lowerHalf(second);
    if (isSecond || (low === 0 && high === 0)) return undefined;
    return `address: expected 0 or ${hex(second)}, got ${hex(getWord(address, row))}`;
  }

  private problemOfPeltv({ value, length }: TraceBatch, row: number): string | undefined {
    if (value[2 * row + 1] !== 0 || value[2 * row] >= this.pes) {
      const got = getWord(value, row);
      return `value: expected a PE# 0..${this.pes - 1} on ${this.phb}, got ${got}`;
    }
    if (length[row] > 1) return `length: expected 1 (set) or 0 (cleared), got ${length[row]}`;
    return undefined;
  }
}

function problemOfDma({ address, length }: TraceBatch, row: number): string | undefined {
  const bytes = length[row];
  if (bytes === 0) return 'length: expected 1 or more bytes, got 0';
  if (address[2 * row + 1] !== LAST_UPPER || address[2 * row] + bytes <= HALF) return undefined;
  const got = `${bytes} at ${hex(getWord(address, row))}`;
  return `length: expected bytes that end below 2^64, got ${got}`;
}
