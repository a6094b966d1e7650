/** Numbers as reports print them. */
import { log2Exact } from '../../models/bits.ts';

/** A count with thousands separated: `36,166`. Not by Intl, which takes 15 ms to begin with (Node 20). */
export function formatCount(count: number): string {
  return count.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A count and its noun: `1 window`, `3 windows`. */
export function formatCountOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A share of a whole in per cent with one decimal; a dash of nothing. */
export function formatShare(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}

/** From here on nanoseconds would make a column too wide. */
const LONG_NS = 1_000_000;

/** Nanoseconds: whole ones from 100 on, else one decimal; from a million on as 1.2 ms. */
export function formatNs(ns: number): string {
  if (ns >= LONG_NS) return formatTime(ns);
  return ns >= 100 || Number.isInteger(ns) ? formatCount(ns) : ns.toFixed(1);
}

/** Where a window begins, short: `2^59` for a round address above 4 GiB, else as it is. */
export function formatBase(busAddress: string): string {
  const exponent = log2Exact(BigInt(busAddress));
  return exponent >= 32 ? `2^${exponent}` : busAddress;
}

/** A time in the unit that keeps it short: `17.2 ms`. */
export function formatTime(ns: number): string {
  const units = ['ns', 'us', 'ms', 's'];
  let value = ns;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1)} ${units[unit]}`;
}
