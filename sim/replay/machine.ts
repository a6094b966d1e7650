/**
 * The machine that a trace is replayed on, as plain data that goes to every lane: one kind of PHB,
 * the host behind it, the DMA windows that each PE gets before its first request, and the pacing.
 */
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import type { Ioda } from '../../models/tve.ts';
import type { Pacing } from '../unit/port/arrivals.ts';

/** A window that is created for every PE, through VFIO. */
export interface WindowPlan {
  readonly pageShift: number;
  readonly bytes: bigint;
  readonly levels: number;
}

/** The host: Linux on a node with so much memory, all free or as /proc/buddyinfo counts it. */
export interface HostPlan {
  /** As the user named it, on powernv; its era decides how windows are made. */
  readonly kernel: string;
  readonly basePageShift: number;
  readonly ramBytes: bigint;
  /** Free blocks by order; absent: all of the memory is free. */
  readonly freeBlocks?: readonly number[];
}

/** Which pages are mapped besides those that the trace maps by itself. */
export const MAP_MODES = ['none', 'touched', 'all'] as const;
export type MapMode = (typeof MAP_MODES)[number];

export interface Machine {
  readonly phb: string;
  /** Level of firmware by its name; what it sets stands in `config`. */
  readonly firmware: string;
  readonly ioda: Ioda;
  readonly config: UnitConfig;
  readonly host: HostPlan;
  readonly windows: readonly WindowPlan[];
  readonly map: MapMode;
  readonly pacing: Pacing;
  readonly seed: string;
}
