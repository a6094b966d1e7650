/** Windows of simulated time as people write them: `10us..50us`, `5000..25000` in cycles, `1ms..` to the end. */
import { InputError } from '../../models/input-error.ts';
import { edgeAt } from '../unit/clock.ts';
import type { Span } from './passage.ts';

const UNIT_NS: Readonly<Record<string, number>> = { ns: 1, us: 1000, ms: 1e6, s: 1e9 };
const TIME = String.raw`(?:\d+|\d+(?:\.\d+)?(?:ns|us|ms|s))`;
const WINDOW = new RegExp(`^(${TIME})?\\.\\.(${TIME})?$`);
const PARTS = /^([\d.]+)([a-z]*)$/;

/** How a window is written. */
export const WINDOW_FORM =
  'FROM..TO in cycles or with ns, us, ms, s, as 10us..50us; either may be left out';

/** Cycles since the trace's start. Throws InputError that names `what`. */
export function parseTimeWindow(text: string, clockMHz: number, what: string): Span {
  const ends = WINDOW.exec(text);
  if (ends === null) throw new InputError(`${what}: expected ${WINDOW_FORM}, got '${text}'`);
  const from = cyclesOf(ends[1] ?? '0', clockMHz);
  const until = ends[2] === undefined ? Infinity : cyclesOf(ends[2], clockMHz);
  if (from < until && from <= Number.MAX_SAFE_INTEGER) return { from, until };
  throw new InputError(`${what}: expected a window that ends after it begins, got '${text}'`);
}

function cyclesOf(time: string, clockMHz: number): number {
  const [, value, unit] = PARTS.exec(time) as RegExpExecArray;
  return unit === '' ? Number(value) : edgeAt(Number(value) * UNIT_NS[unit], clockMHz);
}
