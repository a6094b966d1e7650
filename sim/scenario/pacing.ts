/**
 * Pacing as it is written: `trace`, `interval:21.1` (ns), `closed:32`; a closed loop with the least time
 * between two requests and for each device by itself: `closed:8,every:5.5,each:device`.
 */
import { InputError } from '../../models/input-error.ts';
import type { TraceClock } from '../../traces/format.ts';
import { suggest } from '../../traces/nearest.ts';
import type { ClosedPacing, Pacing } from '../unit/port/arrivals.ts';

/** Requests that a device has outstanding when a trace has no clock: assumed, a common NVMe depth. */
const OUTSTANDING_ASSUMED = 32;
const OUTSTANDING_MAX = 65_536;
const PS_PER_NS = 1000;
/** Longest interval: 1 ms. */
const INTERVAL_NS_MAX = 1_000_000;

/** The forms that `parsePacing` reads, for help. */
export const PACING_FORMS = 'trace, closed:N[,every:NS][,each:device] or interval:NS';

/** The pacing that a trace asks for when nobody else does. */
export function defaultPacing(clock: TraceClock): Pacing {
  return clock === 'time' ? { kind: 'trace' } : closedLoop(OUTSTANDING_ASSUMED);
}

/** Throws InputError on anything but the three forms; spaces around their parts do not count. */
export function parsePacing(text: string): Pacing {
  if (text.trim() === 'trace') return { kind: 'trace' };
  const [form, ...options] = text.split(',').map((part) => part.trim());
  const [, kind, number = ''] = /^(closed|interval)\s*:\s*(.+)$/.exec(form) ?? [];
  const ps = psOf(number);
  if (kind === 'interval' && options.length === 0 && ps !== undefined) return { kind, ps };
  const outstanding = /^\d+$/.test(number) ? Number(number) : 0;
  if (kind !== 'closed' || outstanding < 1 || outstanding > OUTSTANDING_MAX) {
    throw new InputError(
      `pace: expected ${PACING_FORMS}, N 1..${OUTSTANDING_MAX} requests outstanding, got '${text}'`,
    );
  }
  const named = options.map((option) => {
    const [name, ...value] = option.split(':');
    return { name: name.trim(), value: value.join(':').trim() };
  });
  const twice = named.find(({ name }, at) => named.findIndex((each) => each.name === name) < at);
  if (twice) throw new InputError(`pace: ${twice.name}: given twice in '${text}'`);
  return named.reduce(withOption, closedLoop(outstanding));
}

/** A pacing as `parsePacing` reads it. */
export function formatPacing(pacing: Pacing): string {
  switch (pacing.kind) {
    case 'trace':
      return 'trace';
    case 'interval':
      return `interval:${pacing.ps / PS_PER_NS}`;
    case 'closed': {
      const { outstanding, everyPs, each } = pacing;
      const every = everyPs === 0 ? '' : `,every:${everyPs / PS_PER_NS}`;
      return `closed:${outstanding}${every}${each === 'device' ? ',each:device' : ''}`;
    }
  }
}

function closedLoop(outstanding: number): ClosedPacing {
  return { kind: 'closed', outstanding, everyPs: 0, each: 'phb' };
}

/** A closed loop with one of the options that may stand behind its number. */
function withOption(
  pacing: ClosedPacing,
  { name, value }: { name: string; value: string },
): ClosedPacing {
  switch (name) {
    case 'every': {
      const everyPs = psOf(value);
      if (everyPs !== undefined) return { ...pacing, everyPs };
      throw new InputError(
        `pace: every: expected ns, more than 0, at most ${INTERVAL_NS_MAX}, with three decimals at most, got '${value}'`,
      );
    }
    case 'each':
      if (value === 'device') return { ...pacing, each: value };
      throw new InputError(`pace: each: expected device, got '${value}'`);
    default:
      throw new InputError(`pace: unknown option '${name}'${suggest(name, ['every', 'each'])}`);
  }
}

/** Picoseconds of an interval in ns, or undefined for what is none. */
function psOf(text: string): number | undefined {
  const ns = /^\d+(?:\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  return ns > 0 && ns <= INTERVAL_NS_MAX ? Math.round(ns * PS_PER_NS) : undefined;
}
