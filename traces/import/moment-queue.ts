/**
 * What a log tells of one thing in several lines: the rows of the first line wait for what the later ones
 * add (a device's name, a return code), and what comes behind waits with them, so that the order stays.
 * The wait is bounded: what is not told within so many further moments is not told at all.
 */

/** Moments that wait at most; processors that write at the same time mix only a few lines. */
const WAITING_MAX = 256;

/** Something that happened, on its way into rows. */
export interface Moment {
  /** Whether nothing more is waited for. */
  isDue: boolean;
  /** Writes the rows from what is known by now. */
  write(): void;
}

export class MomentQueue {
  private readonly moments: Moment[] = [];

  /** Writes the rows of the next moment, for which nothing is waited, behind those that wait. */
  write(rows: () => void): void {
    if (this.moments.length === 0) rows();
    else this.add({ isDue: true, write: rows });
  }

  /** Takes the next moment in order. */
  add(moment: Moment): void {
    this.moments.push(moment);
    const first = this.moments[0] as Moment;
    if (this.moments.length > WAITING_MAX) first.isDue = true;
    this.settle();
  }

  /** Writes what need not wait any more; to be called after a moment became due. */
  settle(): void {
    while (this.moments[0]?.isDue) this.moments.shift()?.write();
  }

  /** Writes all: nothing more will be told. */
  finish(): void {
    for (const moment of this.moments.splice(0)) moment.write();
  }
}
