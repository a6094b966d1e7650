/** Pacing as it is written: `trace`, `closed:32`, `interval:21.1` (ns). */
import { InputError } from '../../models/input-error.ts';
import type { TraceClock } from '../../traces/format.ts';
import type { Pacing } from '../unit/arrivals.ts';

/** Requests that a device has outstanding when a trace has no clock: assumed, a common NVMe depth. */
const OUTSTANDING_ASSUMED = 32;
const OUTSTANDING_MAX = 65_536;
const PS_PER_NS = 1000;
/** Longest interval: 1 ms. */
const INTERVAL_NS_MAX = 1_000_000;

/** The pacing that a trace asks for when nobody else does. */
export function defaultPacing(clock: TraceClock): Pacing {
  return clock === 'time'
    ? { kind: 'trace' }
    : { kind: 'closed', outstanding: OUTSTANDING_ASSUMED };
}

/** Throws InputError on anything but the three forms. */
export function parsePacing(text: string): Pacing {
  if (text === 'trace') return { kind: 'trace' };
  const found = /^(closed|interval):(\d+(?:\.\d{1,3})?)$/.exec(text);
  const number = Number(found?.[2]);
  if (found?.[1] === 'closed' && Number.isInteger(number) && number >= 1) {
    if (number <= OUTSTANDING_MAX) return { kind: 'closed', outstanding: number };
  } else if (found?.[1] === 'interval' && number > 0 && number <= INTERVAL_NS_MAX) {
    return { kind: 'interval', ps: Math.round(number * PS_PER_NS) };
  }
  throw new InputError(
    `pace: expected trace, closed:N (1..${OUTSTANDING_MAX} outstanding) or interval:NS, got '${text}'`,
  );
}

/** A pacing as `parsePacing` reads it. */
export function formatPacing(pacing: Pacing): string {
  switch (pacing.kind) {
    case 'trace':
      return 'trace';
    case 'interval':
      return `interval:${pacing.ps / PS_PER_NS}`;
    case 'closed':
      return `closed:${pacing.outstanding}`;
  }
}
