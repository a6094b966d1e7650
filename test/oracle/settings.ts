/** What the environment asks of the oracle: ORACLE_CASES, ORACLE_SEED, ORACLE_MINUTES. */

import { plainError } from './plain-error.ts';

const CASES = 4000;
/** Seeds of fast-check are signed 32-bit numbers. */
export const SEED_LIMIT = 2 ** 31;
const WEEK_MINUTES = 7 * 24 * 60;

export interface OracleSettings {
  readonly cases: number;
  /** Absent: a new one each time. */
  readonly seed?: number;
  /** 0: no nightly run. */
  readonly minutes: number;
}

/** Reads the settings. Throws an Error of one line where a value makes no sense. */
export function oracleSettings(env: Readonly<Record<string, string | undefined>>): OracleSettings {
  const seed = wholeOf(env, 'ORACLE_SEED', -SEED_LIMIT, SEED_LIMIT - 1);
  return {
    cases: wholeOf(env, 'ORACLE_CASES', 1, 1e9) ?? CASES,
    minutes: wholeOf(env, 'ORACLE_MINUTES', 0, WEEK_MINUTES) ?? 0,
    ...(seed === undefined ? {} : { seed }),
  };
}

/** The whole number that a variable holds; undefined without it. Throws an Error of one line on anything else. */
export function wholeOf(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const text = env[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^-?\d+$/.test(text) && value >= least && value <= most) return value;
  throw plainError(`${name}: expected a whole number ${least}..${most}, got '${text}'`);
}
