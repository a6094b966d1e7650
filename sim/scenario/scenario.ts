/**
 * A scenario: everything that decides a run's result, from a YAML file, from flags, or both (flags
 * win). `resolveScenario` makes of it the machine to replay on.
 */
import { InputError } from '../../models/input-error.ts';
import { placeOf, tableBytesOf } from '../../models/kernel/group/window-place.ts';
import { DEFAULT_VERSION, parseKernel } from '../../models/kernel/kernel.ts';
import { orderMaxOf } from '../../models/memory/buddy.ts';
import { PHYSICAL_MEMORY_BYTES_MAX } from '../../models/memory/physical.ts';
import { configOf, type PhbSpec } from '../../models/phb/spec.ts';
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import { describeBytes, formatSize } from '../../models/size.ts';
import { isRefused, tableGeometry } from '../../models/table/geometry.ts';
import type { TraceClock } from '../../traces/format.ts';
import type { GivenRows } from '../../traces/given-rows.ts';
import {
  type HostPlan,
  MAP_MODES,
  type Machine,
  type MapMode,
  type WindowPlan,
} from '../replay/machine.ts';
import { defaultPacing, formatPacing, parsePacing } from './pacing.ts';
import { firmwareOf, phbOf } from './phb.ts';
import { applyToHost, type Setting } from './settings.ts';
import { formatWindow, parseWindow } from './window-plan.ts';
import { sayingWhere, type WrittenPlaces } from './written-places.ts';

/** A trace as a table of comma-separated values, or as a program's objects; and its place: `study.yaml: rows`. */
export interface RowsChoice {
  readonly content: string | GivenRows;
  readonly place: string;
}

/** Synthetic traffic: a generator of traces/generate and its parameters, as a user writes them. */
export interface TrafficChoice {
  readonly generator: string;
  readonly set: Readonly<Record<string, string>>;
}

/** A dump of a machine's tables. */
export interface DumpChoice {
  readonly file: string;
  /** Its number in the file; absent: the last. */
  readonly dump?: number;
}

/** A scenario as it was written; what is absent has a default. */
export interface Scenario {
  readonly trace?: string;
  /** A trace that stands in the scenario itself. */
  readonly rows?: RowsChoice;
  /** Traffic that is generated as it is replayed. */
  readonly generate?: TrafficChoice;
  /** Tables that are there before the trace begins. */
  readonly tables?: DumpChoice;
  readonly phb?: string;
  readonly firmware?: string;
  readonly windows?: readonly string[];
  readonly map?: string;
  readonly pace?: string;
  readonly seed?: string;
  readonly threads?: number;
  readonly settings: readonly Setting[];
  /** Where words other than the settings were written. */
  readonly places?: WrittenPlaces;
}

/** A machine, and the description of its PHB with the origin of every number. */
export interface ResolvedScenario {
  readonly spec: PhbSpec;
  readonly machine: Machine;
  /** Whether the trace has no times and nobody said how to pace it. */
  readonly isPacingAssumed: boolean;
}

const WINDOWS_MAX = 2;

/** Most replay workers that a run may ask for. */
export const THREADS_MAX = 64;

/** The host that tables come from when nobody describes another: assumed, a small POWER server. */
export const DEFAULT_HOST: HostPlan = {
  kernel: DEFAULT_VERSION,
  basePageShift: 16,
  ramBytes: 1n << 36n,
};

/** Flags over a file: what a flag says counts, settings of both are applied in order. */
export function mergeScenarios(file: Scenario, flags: Scenario): Scenario {
  const { rows, generate, ...rest } = file;
  const own = {
    ...(rows === undefined ? {} : { rows }),
    ...(generate === undefined ? {} : { generate }),
  };
  const kept = flags.trace === undefined ? own : {};
  return {
    ...rest,
    ...kept,
    ...flags,
    settings: [...file.settings, ...flags.settings],
    places: { ...file.places, ...flags.places },
  };
}

/** The machine of a scenario for a trace that keeps time so. Throws InputError with the key and its place. */
export function resolveScenario(scenario: Scenario, clock: TraceClock): ResolvedScenario {
  const { places = {}, settings } = scenario;
  return sayingWhere(places, settings, () => resolveWords(scenario, clock));
}

function resolveWords(scenario: Scenario, clock: TraceClock): ResolvedScenario {
  const spec = phbOf(scenario);
  const config = configOf(spec);
  const host = applyToHost(DEFAULT_HOST, scenario.settings);
  if (host.freeBlocks && host.freeBlocks.length > orderMaxOf(host.basePageShift) + 1) {
    throw new InputError(
      `host.freeBlocks: expected at most ${orderMaxOf(host.basePageShift) + 1} orders, got ${host.freeBlocks.length}`,
    );
  }
  const windows = scenario.windows ?? [];
  if (windows.length > WINDOWS_MAX) {
    throw new InputError(`windows: a PE has at most ${WINDOWS_MAX}, got ${windows.length}`);
  }
  if (windows.length > 0 && scenario.tables !== undefined) {
    throw new InputError(
      `tables: expected no windows besides those of the dump, got ${windows.join(' and ')}`,
    );
  }
  const map = mapMode(scenario.map ?? 'none');
  if (map !== 'none' && windows.length === 0) {
    throw new InputError(`map: ${map} wants a window to map in, as --window 64K:1T:levels=2`);
  }
  const { basePageShift } = host;
  const { geometry: rules } = parseKernel(host.kernel).era.tables;
  const home = { config, basePageShift, rules };
  const plans = windows.map((window, slot) => parseWindow(window, { ...home, slot }));
  if (map === 'all') {
    for (const [slot, window] of plans.entries()) checkFullSize(window, slot, config, host);
  }
  const pacing = scenario.pace === undefined ? defaultPacing(clock) : parsePacing(scenario.pace);
  if (pacing.kind === 'trace' && clock === 'order') {
    throw new InputError('pace: the trace has no times, only an order: closed:N or interval:NS');
  }
  const machine: Machine = {
    phb: spec.name,
    firmware: firmwareOf(scenario.firmware).name,
    ioda: spec.ioda,
    config,
    host,
    windows: plans,
    map,
    pacing,
    seed: scenario.seed ?? 'tcesim',
  };
  const isPacingAssumed = clock === 'order' && scenario.pace === undefined;
  return { spec, machine, isPacingAssumed };
}

/** Refuses to map all of a window whose tables the simulator cannot hold, before a long wait. */
function checkFullSize(
  window: WindowPlan,
  slot: number,
  { pe }: UnitConfig,
  { kernel, basePageShift }: HostPlan,
): void {
  const windowBytes = tableBytesOf(placeOf(slot, pe.tveSelect), window.bytes);
  const { geometry: rules } = parseKernel(kernel).era.tables;
  const geometry = tableGeometry({ ...window, windowBytes, basePageShift }, rules);
  if (isRefused(geometry) || geometry.fullTreeBytes < PHYSICAL_MEMORY_BYTES_MAX) return;
  throw new InputError(
    `map: all of window ${formatWindow(window)} takes ${describeBytes(geometry.fullTreeBytes)} of tables, ` +
      `the simulator holds ${describeBytes(PHYSICAL_MEMORY_BYTES_MAX)} a PHB: use touched`,
  );
}

/** The scenario as it was resolved, for results and run directories. */
export function describeMachine(machine: Machine): Record<string, unknown> {
  const { host } = machine;
  return {
    phb: machine.phb,
    firmware: machine.firmware,
    windows: machine.windows.map(formatWindow),
    map: machine.map,
    pace: formatPacing(machine.pacing),
    seed: machine.seed,
    host: {
      kernel: host.kernel,
      pages: formatSize(2 ** host.basePageShift),
      ...(host.freeBlocks
        ? { freeBlocks: [...host.freeBlocks] }
        : { ram: formatSize(host.ramBytes) }),
    },
    set: machine.config,
  };
}

function mapMode(text: string): MapMode {
  const mode = MAP_MODES.find((known) => known === text);
  if (mode) return mode;
  throw new InputError(`map: expected one of ${MAP_MODES.join(', ')}, got '${text}'`);
}
