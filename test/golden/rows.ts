/** Rows of a CSV trace in the making, with a clock and chance of their own. */
import { randomOf } from '../../traces/random.ts';

/** Whose row it is; PHB 0, RID 0 and PE# 0 where nothing is said. */
export interface Owner {
  readonly phb?: number;
  readonly rid?: number;
  readonly pe?: number;
}

/** What a row says besides; 0 where nothing is said. */
export interface Cells {
  readonly length?: number;
  readonly address?: bigint;
  readonly value?: bigint;
}

export class Rows {
  /** As `writeCsv` of test/results/run.ts takes them. */
  readonly all: string[] = [];
  private timeNs = 0;
  private readonly random: () => number;

  constructor(seed: string) {
    this.random = randomOf(seed);
  }

  /** A whole number 0 .. `count` - 1. */
  below(count: number): number {
    return Math.floor(this.random() * count);
  }

  /** One of some values. */
  pick<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)] as Value;
  }

  /** Lets time pass before the next row. */
  pass(ns: number): void {
    this.timeNs += ns;
  }

  add(op: string, { phb = 0, rid = 0, pe = 0 }: Owner, cells: Cells = {}): void {
    const { length = 0, address = 0n, value = 0n } = cells;
    this.all.push([this.timeNs, op, phb, rid, pe, length, address, value].join());
  }
}
