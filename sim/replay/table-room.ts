/** How large the tables of a machine's windows are, and the simulated memory that a PHB needs for them. */
import { InputError } from '../../models/input-error.ts';
import { placeOf, tableBytesOf } from '../../models/kernel/group/window-place.ts';
import { parseKernel } from '../../models/kernel/kernel.ts';
import { PHYSICAL_MEMORY_BYTES_MAX } from '../../models/memory/physical.ts';
import { describeBytes } from '../../models/size.ts';
import { isRefused, type TableGeometry, tableGeometry } from '../../models/table/geometry.ts';
import type { Dump } from '../tables/dump.ts';
import type { Machine, WindowPlan } from './machine.ts';

/** Simulated memory for tables that a trace brings along or creates by itself. */
const SPARE_BYTES = 2 ** 30;
/** PEs whose windows can be full at once before simulated memory ends. */
const FULL_PES = 8;

/** A window with the size that its table makes of it. */
export function effective(window: WindowPlan, slot: number, machine: Machine): WindowPlan {
  const geometry = geometryOf(window, slot, machine);
  if (geometry === undefined) return window;
  const { start, tableStart } = placeOf(slot, machine.config.pe.tveSelect);
  return { ...window, bytes: geometry.effectiveWindowBytes - (start - tableStart) };
}

/** The table of a PE's first (0) or second (1) window; undefined for one that the kernel refuses. */
function geometryOf(window: WindowPlan, slot: number, machine: Machine): TableGeometry | undefined {
  const { pageShift, levels, bytes } = window;
  const windowBytes = tableBytesOf(placeOf(slot, machine.config.pe.tveSelect), bytes);
  const { basePageShift } = machine.host;
  const { geometry: rules } = parseKernel(machine.host.kernel).era.tables;
  const geometry = tableGeometry({ pageShift, levels, windowBytes, basePageShift }, rules);
  return isRefused(geometry) ? undefined : geometry;
}

/** Address space for a PHB's tables: some full windows, what the user brings, and room for what the trace does. */
export function memoryFor(machine: Machine, tables: Dump | undefined): number {
  const dumpedBytes = tables?.bytes ?? 0;
  if (dumpedBytes > PHYSICAL_MEMORY_BYTES_MAX - SPARE_BYTES) {
    const holds = describeBytes(PHYSICAL_MEMORY_BYTES_MAX - SPARE_BYTES);
    throw new InputError(`tables: expected at most ${holds}, got ${describeBytes(dumpedBytes)}`);
  }
  if (machine.map === 'all') return PHYSICAL_MEMORY_BYTES_MAX;
  const full = machine.windows.map((window, slot) => {
    const { fullTreeBytes = 0n } = geometryOf(window, slot, machine) ?? {};
    return Number(fullTreeBytes) * FULL_PES;
  });
  const wanted = full.reduce((sum, bytes) => sum + bytes, SPARE_BYTES + dumpedBytes);
  return Math.min(wanted, PHYSICAL_MEMORY_BYTES_MAX);
}
