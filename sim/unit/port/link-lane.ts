/**
 * One direction of the PCIe link: it carries one TLP after the other, exact to the fraction of a cycle, so
 * that a link of 200 Gb/s carries 200.0 and not what whole cycles would make of it.
 */

import type { LinkRate } from '../../../models/phb/link-rate.ts';
import { PAST_CYCLES } from '../clock.ts';
import { OFF_HEAP_CELLS } from '../off-heap.ts';
import type { StateWriter } from '../state-writer.ts';

export class LinkLane {
  /** Until when the lane is busy: a cycle, and parts of the next one. */
  private cycle = 0;
  part = 0;
  /** Waits for the lane that were cut (T6). */
  cutWaits = 0;
  private readonly partsPerCycle: number;
  /** What so many bytes take: whole cycles, and parts of another. */
  private readonly wholeCycles: Int32Array;
  private readonly parts: Int32Array;

  /** A lane for TLPs of at most `bytesMax` bytes on the wire. */
  constructor(rate: LinkRate, bytesMax: number) {
    const cells = Math.max(bytesMax + 1, OFF_HEAP_CELLS);
    this.partsPerCycle = rate.partsPerCycle;
    this.wholeCycles = new Int32Array(cells);
    this.parts = new Int32Array(cells);
    for (let bytes = 0; bytes <= bytesMax; bytes += 1) {
      const parts = bytes * rate.parts;
      this.wholeCycles[bytes] = Math.floor(parts / rate.partsPerCycle);
      this.parts[bytes] = parts % rate.partsPerCycle;
    }
  }

  /** The first edge at or after the end of the TLP before. */
  free(): number {
    return this.part > 0 ? this.cycle + 1 : this.cycle;
  }

  /** Carries a TLP that is ready at an edge; returns the first edge at which all of it is there. */
  carry(ready: number, bytes: number): number {
    if (ready > this.cycle) {
      this.cycle = ready;
      this.part = 0;
    } else if (this.cycle > ready + PAST_CYCLES) {
      this.cycle = ready + PAST_CYCLES;
      this.cutWaits += 1;
    }
    this.cycle += this.wholeCycles[bytes];
    this.part += this.parts[bytes];
    if (this.part >= this.partsPerCycle) {
      this.part -= this.partsPerCycle;
      this.cycle += 1;
    }
    return this.free();
  }

  /** A lane that was free before the floor forgets the part of a cycle, too. */
  writeState(state: StateWriter): void {
    state.time(this.cycle);
    state.number(this.cycle < state.floor ? 0 : this.part);
  }

  /** Moves the origin of time forward by `cycles`. */
  rebase(cycles: number): void {
    this.cycle = Math.max(this.cycle - cycles, -PAST_CYCLES);
  }
}
