/** What tells one study from another: its plan, and the version that answers it. */
import type { FigureValue } from '../results/figure.ts';
import { VERSION } from '../version.ts';
import { askedByPlan, askedOtherwise } from './asked.ts';
import { planDigest, planRecord, type StudyPlan } from './plan.ts';

/** Whose points a directory has. */
export interface StudyIdentity {
  readonly version: string;
  readonly planDigest: string;
  readonly plan: Readonly<Record<string, unknown>>;
}

const DIGEST_SHOWN = 12;
/** Keys that a message names. */
const DIFFERENCES_NAMED = 3;

export function identityOf(plan: StudyPlan): StudyIdentity {
  return { version: VERSION, planDigest: planDigest(plan), plan: planRecord(plan) };
}

/** Whether two directories have parts of the same study. */
export function isSame(one: StudyIdentity, other: StudyIdentity): boolean {
  return one.version === other.version && one.planDigest === other.planDigest;
}

/** What one study asks and another asks otherwise, the first keys of it; `here` and `there` say which is which. */
export function differenceWords(
  one: StudyIdentity,
  there: string,
  other: StudyIdentity,
  here: string,
): string {
  const words = [
    ...(one.version === other.version
      ? []
      : [`tcesim ${one.version} ${there}, ${other.version} ${here}`]),
    ...askedOtherwise(askedByPlan(one.plan), askedByPlan(other.plan)).map(
      ({ key, base, now }) => `${key}: ${valueWords(base)} ${there}, ${valueWords(now)} ${here}`,
    ),
  ];
  if (words.length === 0) return `${identityWords(one)} ${there}, ${identityWords(other)} ${here}`;
  const more = words.length - DIFFERENCES_NAMED;
  return `${words.slice(0, DIFFERENCES_NAMED).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

/** A study in words: its title, the beginning of its plan's digest, its version. */
function identityWords({ version, planDigest: digest, plan }: StudyIdentity): string {
  return `'${plan.title}' (plan ${digest.slice(0, DIGEST_SHOWN)}, tcesim ${version})`;
}

function valueWords(value: FigureValue): string {
  return value === null ? 'not said' : `'${value}'`;
}
