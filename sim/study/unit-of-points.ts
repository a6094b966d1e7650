/** The PHBs of a study's points, with the parameters that its plan does not vary. */
import type { Origin } from '../../models/origin.ts';
import { type PhbSpec, parametersOf } from '../../models/phb/spec.ts';
import type { UnpublishedParameters } from '../report/parameters-section.ts';
import { phbOf } from '../scenario/phb.ts';
import { unitOf } from './point-scenario.ts';
import type { PointRecord, StudyResults } from './study-schema.ts';

/** A PHB, and what stands still of it. */
export interface StudyUnit {
  /** Of the preset, with the level of firmware where the plan names one. */
  readonly name: string;
  readonly parameters: UnpublishedParameters;
}

/** Each PHB under each level of firmware, in the order of the points. */
export function unitsOf({ plan, points }: StudyResults): StudyUnit[] {
  const axes = Object.entries(plan.vary as Record<string, string[]>);
  const varied = new Set(axes.filter(([, values]) => values.length > 1).map(([name]) => name));
  const units = new Map<string, StudyUnit>();
  for (const { values } of points) {
    const { phb = '', firmware = '' } = values;
    const key = `${phb} ${firmware}`;
    if (!units.has(key)) units.set(key, unitOfPoint(values, varied));
  }
  return [...units.values()];
}

function unitOfPoint(values: PointRecord['values'], varied: ReadonlySet<string>): StudyUnit {
  const { settings, ...choice } = unitOf({ values });
  const spec = phbOf({ ...choice, settings: settings.filter(({ key }) => !varied.has(key)) });
  const name = choice.firmware === undefined ? spec.name : `${spec.name} ${choice.firmware}`;
  return { name, parameters: byOrigin(spec, varied) };
}

function byOrigin(spec: PhbSpec, varied: ReadonlySet<string>): UnpublishedParameters {
  const still = parametersOf(spec).filter(({ key }) => !varied.has(key));
  const of = (wanted: Origin) =>
    still
      .filter(({ origin }) => origin === wanted)
      .map(({ key, value, source }) => ({ key, value, source }));
  return { assumed: of('assumed'), inferred: of('inferred'), chosen: of('chosen') };
}
