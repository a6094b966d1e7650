/**
 * Writes down the state of a unit in a canonical form: two units whose forms are equal behave alike from here
 * on, whatever they were before. Each part says what of it can still matter (`writeState`), by these rules:
 *
 * - Times count from the present, so that a unit that is later by a constant has the same form.
 * - Whatever comes compares times with `floor` or later ones. What lies before the floor is equal to all else
 *   that does. A time at the floor stands apart, so that nothing has to be known of how ties are decided.
 * - Names that the unit gave (slots, tags, places of reads) do not stand in it, only what they stand for, in
 *   an order that does not depend on them.
 * - A list of any length tells its length or its end, so that no two states can be read from one form.
 * - What follows from the rest is left out, and says why.
 */
import { NEVER } from './time-queue.ts';

/** Cells of a form at first, which a small unit's fits in. */
const CELLS_USUAL = 2 ** 12;

export class StateWriter {
  private cells = new Int32Array(CELLS_USUAL);
  private used = 0;

  /** `present`: the cycle that times are counted from. `floor`: no comparison will be with an earlier one. */
  constructor(
    readonly present: number,
    readonly floor: number,
  ) {}

  /** A number that is no time. */
  number(value: number): void {
    if (this.used === this.cells.length) this.grow(1);
    this.cells[this.used] = value;
    this.used += 1;
  }

  /** The first `count` of such numbers. */
  numbers(values: Int32Array, count: number): void {
    if (this.used + count > this.cells.length) this.grow(count);
    this.cells.set(values.subarray(0, count), this.used);
    this.used += count;
  }

  /** A time that later ones are compared with; NEVER is one. */
  time(cycle: number): void {
    if (cycle === NEVER) this.number(NEVER);
    else this.number(Math.max(cycle, this.floor - 1) - this.present);
  }

  /** A time that counts however long ago it is. */
  exactTime(cycle: number): void {
    this.number(cycle - this.present);
  }

  /** The form so far; valid until the next number. */
  form(): Int32Array {
    return this.cells.subarray(0, this.used);
  }

  private grow(count: number): void {
    const grown = new Int32Array((this.cells.length + count) * 2);
    grown.set(this.cells);
    this.cells = grown;
  }
}
