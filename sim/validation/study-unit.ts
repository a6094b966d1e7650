/**
 * Scenarios of experiments that are not about POWER: a PHB4 of which nothing is left that takes time or space
 * but what an experiment states. The unit is the same, its parameters are.
 */
import type { Scenario, TrafficChoice } from '../scenario/scenario.ts';
import type { Setting } from '../scenario/settings.ts';

/** Parameters by dotted key. */
export type Parameters = Readonly<Record<string, number | string | boolean>>;

/** What an experiment states. */
export interface StudyPlan {
  readonly windows: readonly string[];
  readonly pace: string;
  readonly generate: TrafficChoice;
  /** `touched` if absent. */
  readonly map?: string;
  /** On top of `BARE_UNIT`. */
  readonly set: Parameters;
}

/** A unit of which each cycle is a tenth of a nanosecond, and which takes none but for what is stated. */
const BARE_UNIT: Parameters = {
  'unit.clockMHz': 10_000,
  'link.generation': 0,
  'credits.postedHeaders': 0,
  'credits.postedData': 0,
  'credits.nonPostedHeaders': 0,
  'rteCache.entries': 512,
  'rteCache.hitCycles': 0,
  'tvt.readCycles': 0,
  'tceCache.hash': 'plain',
  'tceCache.replacement': 'lru',
  'tceCache.lookupCycles': 0,
  'tceCache.responseCycles': 0,
  'tags.count': 4096,
  'tags.merge': 'entry',
  'memory.cachedLines': 0,
  'dma.readEngines': 0,
  'dma.writeNs': 0,
};

/** Cycles of the bare unit in a nanosecond. */
const CYCLES_PER_NS = 10;

/** A scenario of the bare unit with the parameters of an experiment. */
export function bareScenario({
  windows,
  pace,
  generate,
  map = 'touched',
  set,
}: StudyPlan): Scenario {
  return {
    phb: 'phb4',
    windows,
    map,
    pace,
    generate,
    settings: settingsOf({ 'host.kernel': '6.12-4k', ...BARE_UNIT, ...set }),
  };
}

/** A time that the unit keeps in whole ns and cycles: keys of both, to the tenth of a nanosecond. */
export function splitNs(ns: number, wholeKey: string, cyclesKey: string): Parameters {
  const whole = Math.floor(ns);
  return { [wholeKey]: whole, [cyclesKey]: Math.round((ns - whole) * CYCLES_PER_NS) };
}

/** Parameters as settings of a scenario. */
export function settingsOf(parameters: Parameters): Setting[] {
  return Object.entries(parameters).map(([key, value]) => ({
    where: 'tcesim validate',
    key,
    text: String(value),
  }));
}
