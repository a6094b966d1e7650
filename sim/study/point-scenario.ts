/** The scenario of a point: what `tcesim run` would be told to replay it alone. */

import { log2Exact } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { formatSize, parseSize } from '../../models/size.ts';
import type { TraceClock } from '../../traces/format.ts';
import { MAP_MODES } from '../replay/machine.ts';
import { parsePacing } from '../scenario/pacing.ts';
import { resolveScenario, type Scenario } from '../scenario/scenario.ts';
import type { Setting } from '../scenario/settings.ts';
import type { HostMemory } from '../window/host-memory.ts';
import { levelsOf } from '../window/question.ts';
import { isSetting } from './axis.ts';
import type { StudyPlan } from './plan.ts';
import type { StudyPoint } from './points.ts';
import type { TraceChoice } from './trace-choice.ts';

/** The scenario without its trace; the node has the blocks free that a window is tried on. */
export function scenarioOf(plan: StudyPlan, point: StudyPoint, memory: HostMemory): Scenario {
  const { values, seed } = point;
  const { map = 'touched', pace } = plan.traces[values.trace];
  const written = values.pace ?? pace;
  const { page, window, levels } = values;
  return {
    ...unitOf(point),
    windows: [`${page}:${window}:levels=${levels}`],
    map: values.map ?? map,
    ...(written !== undefined && { pace: written }),
    seed,
    settings: [...hostSettings(values.kernel, memory), ...unitOf(point).settings],
  };
}

/**
 * Refuses what could never be replayed, whatever the window is: a parameter's value, a page that the PHB does not
 * have. Throws InputError with the parameter.
 */
export function checkPoint(point: StudyPoint): void {
  const { page, levels, memlock = UNLIMITED } = point.values;
  const clock: TraceClock = 'time';
  const unit = unitOf(point);
  const kernel = { where: 'study', key: 'host.kernel', text: point.values.kernel };
  const { machine } = resolveScenario({ ...unit, settings: [...unit.settings, kernel] }, clock);
  checkWords(point.values);
  levelsOf(levels);
  if (memlock !== UNLIMITED) parseSize(memlock, 'memlock');
  const { pageShifts } = machine.config;
  if (pageShifts.includes(log2Exact(parseSize(page, 'page')))) return;
  const known = pageShifts.map((shift) => formatSize(2 ** shift)).join(', ');
  throw new InputError(`page: expected one that ${machine.phb} has, ${known}, got ${page}`);
}

/** Refuses what is no way to map or to pace. Throws InputError with the key. */
export function checkWords({ map, pace }: Pick<TraceChoice, 'map' | 'pace'>): void {
  if (pace !== undefined) parsePacing(pace);
  if (map === undefined || (MAP_MODES as readonly string[]).includes(map)) return;
  throw new InputError(`map: expected one of ${MAP_MODES.join(', ')}, got '${map}'`);
}

const UNLIMITED = 'unlimited';

/** What a point says about the unit. */
export function unitOf({ values }: Pick<StudyPoint, 'values'>): Scenario {
  const { phb, firmware } = values;
  return {
    ...(phb !== undefined && { phb }),
    ...(firmware !== undefined && { firmware }),
    settings: Object.entries(values)
      .filter(([name]) => isSetting(name))
      .map(([key, text]) => ({ where: 'study', key, text })),
  };
}

function hostSettings(kernel: string, { ramBytes, buddyinfo, fresh }: HostMemory): Setting[] {
  const where = 'study';
  const memory =
    buddyinfo === undefined && ramBytes !== undefined
      ? { key: 'host.ram', text: formatSize(ramBytes) }
      : { key: 'host.freeBlocks', text: fresh().freeBlocks.join(',') };
  return [
    { where, key: 'host.kernel', text: kernel },
    { where, ...memory },
  ];
}
