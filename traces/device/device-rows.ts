/**
 * Rows of one function of a device model, and the time that all devices of a trace share. Addresses and
 * times are numbers below 2^53: bus addresses of a window, nanoseconds since the source's first record.
 */
import { type RowBuffer, setNumber } from '../row-buffer.ts';

/** The time of the rows, which never goes back. */
export class TraceTime {
  /** Nanoseconds since the source's first record. */
  now = 0;

  /** `isKnown` is false where the source has only an order: then every row is written with time 0. */
  constructor(readonly isKnown: boolean) {}

  /** Goes on to a time; answers false, and stays, where that lies in the past. */
  moveTo(timeNs: number): boolean {
    if (timeNs < this.now) return false;
    this.now = timeNs;
    return true;
  }
}

/** What the rows of a function have in common. */
export interface DeviceIdentity {
  readonly rid: number;
  readonly pe: number;
}

/** Made-up devices sit on bus 1 and those behind it, as devices 0, 1, .. there: slots of their own PEs. */
const FIRST_RID = 0x0100;
const DEVICE_RIDS = 8;

/** RID of made-up device `index` (from 0): 0x0100, 0x0108, .. */
export function deviceRid(index: number): number {
  return FIRST_RID + index * DEVICE_RIDS;
}

/** PE# of made-up device `index` (from 0): 1, 2, .. */
export function devicePe(index: number): number {
  return index + 1;
}

/** What the rows of made-up device `index` (from 0) have in common. */
export function deviceIdentity(index: number): DeviceIdentity {
  return { rid: deviceRid(index), pe: devicePe(index) };
}

export class DeviceRows {
  constructor(
    private readonly rows: RowBuffer,
    private readonly time: TraceTime,
    private readonly identity: DeviceIdentity,
  ) {}

  /** Appends a row at the present time. */
  add(op: number, address: number, length: number, value = 0): void {
    const row = this.rows.claim();
    const { columns } = this.rows;
    if (this.time.isKnown) setNumber(columns.timeNs, row, this.time.now);
    columns.op[row] = op;
    columns.rid[row] = this.identity.rid;
    columns.pe[row] = this.identity.pe;
    columns.length[row] = length;
    setNumber(columns.address, row, address);
    setNumber(columns.value, row, value);
  }
}
