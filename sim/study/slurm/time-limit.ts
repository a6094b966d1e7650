/** Time limits as sbatch has them: `90`, `90:00`, `1:30:00`, `1-12`, `1-12:00`, `1-12:00:00`. */
import { InputError } from '../../../models/input-error.ts';

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;

/** What the numbers of a form stand for, by how many they are. */
const UNITS: readonly (readonly number[])[] = [[MINUTE_S], [MINUTE_S, 1], [HOUR_S, MINUTE_S, 1]];
const UNITS_BEHIND_DAYS = [HOUR_S, MINUTE_S, 1] as const;

/** Seconds of a limit; 0 is none, as sbatch has it. Throws InputError. */
export function parseTimeLimit(text: string): number {
  const [, days, clock = ''] = /^(?:(\d+)-)?(\d+(?::\d+){0,2})$/.exec(text) ?? [];
  if (clock === '') {
    throw new InputError(`--time: expected minutes, H:MM:SS or D-HH, got '${text}'`);
  }
  const numbers = clock.split(':').map(Number);
  const units = days === undefined ? UNITS[numbers.length - 1] : UNITS_BEHIND_DAYS;
  const seconds = numbers.reduce((sum, number, at) => sum + number * units[at], 0);
  return seconds + Number(days ?? 0) * DAY_S || Number.POSITIVE_INFINITY;
}
