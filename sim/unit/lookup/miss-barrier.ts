/**
 * Which requests may be looked up while a TCE is on its way: all of them (hit under miss), those of other
 * PEs than the one that missed, or none.
 */
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import { clampPast, PAST_CYCLES } from '../clock.ts';
import type { StateWriter } from '../state-writer.ts';

export class MissBarrier {
  /** When the last TCE that was fetched for a PE, or for any in cell 0, arrives. */
  private readonly until: Int32Array;
  private readonly isOn: boolean;
  private readonly isForAll: boolean;

  constructor(hitUnderMiss: UnitConfig['tceCache']['hitUnderMiss'], peCount: number) {
    this.until = new Int32Array(Math.max(32, peCount)).fill(-PAST_CYCLES);
    this.isOn = hitUnderMiss !== 'always';
    this.isForAll = hitUnderMiss === 'never';
  }

  /** (T13) When a request of a PE that could be looked up at a cycle may be. */
  ready(pe: number, cycle: number): number {
    if (!this.isOn) return cycle;
    return Math.max(cycle, this.until[this.isForAll ? 0 : pe]);
  }

  /** A TCE is fetched for a PE and arrives at a cycle. */
  missed(pe: number, arrives: number): void {
    if (!this.isOn) return;
    const at = this.isForAll ? 0 : pe;
    this.until[at] = Math.max(this.until[at], arrives);
  }

  writeState(state: StateWriter): void {
    for (const cycle of this.until) state.time(cycle);
  }

  /** Moves the origin of time forward by `cycles`. */
  rebase(cycles: number): void {
    clampPast(this.until, cycles);
  }
}
