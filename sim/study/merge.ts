/**
 * The parts of a study put together: all points of the directories, in the order of the plan. Which directory a
 * point comes from does not matter, for its record is the same everywhere.
 */
import { isDeepStrictEqual } from 'node:util';
import { InputError } from '../../models/input-error.ts';
import type { AxisValues } from './axis.ts';
import { PointStore, readIdentity } from './point-store.ts';
import { pointsOf, type StudyPoint, shortNameOf } from './points.ts';
import { differenceWords, isSame, type StudyIdentity } from './study-identity.ts';
import type { PointRecord } from './study-schema.ts';

/** Points that a message names. */
const MISSING_NAMED = 5;

/** A study as its directories have it. */
export interface MergedStudy {
  readonly identity: StudyIdentity;
  readonly points: readonly StudyPoint[];
  /** By point; as many as there are points. */
  readonly records: readonly PointRecord[];
}

/**
 * Reads the parts of a study. Throws InputError on a directory without a study, on parts of two plans or versions,
 * which it names, and on points that no part has.
 */
export function mergeStudies(directories: readonly string[]): MergedStudy {
  const parts = directories.map((directory) => ({ directory, identity: identityIn(directory) }));
  const [first] = parts;
  const other = parts.find(({ identity }) => !isSame(identity, first.identity));
  if (other !== undefined) {
    const [one, two] = [first, other].map(({ directory }) => `in ${directory}`);
    throw new InputError(
      `${first.directory} and ${other.directory}: parts of two studies: ` +
        differenceWords(first.identity, one, other.identity, two),
    );
  }
  const { identity } = first;
  const stricter = parts.find((part) => !isDeepStrictEqual(part.identity.plan, identity.plan));
  if (stricter !== undefined) {
    throw new InputError(
      `${first.directory} and ${stricter.directory}: plans with other thresholds; sweep --resume ` +
        'brings a part up to date',
    );
  }
  const asked = axesOfRecord(identity, first.directory);
  const points = pointsOf(asked);
  const stores = directories.map((directory) => PointStore.existing(directory, identity));
  const found = points.map((point) => {
    for (const store of stores) {
      const record = store.read(point);
      if (record !== undefined) return record;
    }
    return undefined;
  });
  refuseMissing(
    points.filter((_, at) => found[at] === undefined),
    points.length,
    asked.axes,
  );
  return { identity, points, records: found.filter((record) => record !== undefined) };
}

function identityIn(directory: string): StudyIdentity {
  const identity = readIdentity(directory);
  if (identity !== undefined) return identity;
  throw new InputError(`${directory}: expected the directory of a study, which sweep -o writes`);
}

/** The axes of a plan as a directory has it. */
function axesOfRecord({ plan }: StudyIdentity, directory: string) {
  const { vary, seed } = plan as { vary?: Record<string, string[]>; seed?: string };
  const axes = Object.entries(vary ?? {}).map(([name, values]) => ({ name, values }));
  if (typeof seed === 'string' && axes.every(({ values }) => Array.isArray(values))) {
    return { axes, seed };
  }
  throw new InputError(`${directory}: expected a plan with axes and a seed`);
}

function refuseMissing(
  missing: readonly StudyPoint[],
  total: number,
  axes: readonly AxisValues[],
): void {
  if (missing.length === 0) return;
  const names = missing
    .slice(0, MISSING_NAMED)
    .map((point) => `${point.index + 1} (${shortNameOf(point, axes)})`);
  const more = missing.length > MISSING_NAMED ? `, and ${missing.length - MISSING_NAMED} more` : '';
  throw new InputError(
    `${missing.length} of ${total} points are missing: ${names.join(', ')}${more}`,
  );
}
