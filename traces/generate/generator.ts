/** What a generator is, and the row that all of them write. */
import { lowerHalf, upperHalf } from '../../models/bits.ts';
import { devicePe, deviceRid } from '../device/device-rows.ts';
import { type RowBuffer, setNumber } from '../row-buffer.ts';
import { type CommonValues, type GeneratorParameter, timeAfter } from './parameters.ts';

/** A kind of traffic. */
export interface TraceGenerator {
  readonly name: string;
  /** What it is and what it stresses, in a sentence. */
  readonly description: string;
  /** All its parameters, the common ones included. */
  readonly parameters: readonly GeneratorParameter[];
  /** Reads the parameters (InputError on a bad one) and prepares the traffic. */
  prepare(texts: Readonly<Record<string, string>>): Traffic;
}

/** Prepared traffic: `steps` calls of `emit`, each a few rows or, to set devices up, none or many. */
export interface Traffic {
  readonly steps: number;
  /** Puts the emitter of one pass at its start: the same rows each time. */
  start(): (rows: RowBuffer, step: number) => void;
}

/** Writes rows for the devices of a generator, all addresses counted from the window's base. */
export class RowWriter {
  private readonly baseHigh: number;
  private readonly baseLow: number;

  constructor(private readonly values: CommonValues) {
    this.baseHigh = upperHalf(values.base);
    this.baseLow = lowerHalf(values.base);
  }

  /** Adds a row of request number `request` (which gives the time) and answers its index. */
  add(
    rows: RowBuffer,
    request: number,
    op: number,
    device: number,
    offset: number,
    length: number,
  ): number {
    const row = rows.claim();
    const { columns } = rows;
    setNumber(columns.timeNs, row, timeAfter(this.values, request));
    columns.op[row] = op;
    columns.rid[row] = deviceRid(device);
    columns.pe[row] = devicePe(device);
    columns.length[row] = length;
    const low = this.baseLow + (offset >>> 0);
    columns.address[2 * row] = low;
    columns.address[2 * row + 1] =
      this.baseHigh + Math.floor(offset / 2 ** 32) + (low > 0xffff_ffff ? 1 : 0);
    return row;
  }
}
