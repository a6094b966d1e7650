/**
 * The rate of a PCIe link as an exact fraction: how many cycles of the unit's clock one byte takes.
 * PCIe Base Specification: 2.5 and 5 GT/s carry 8 of 10 bits, from 8 GT/s on 128 of 130.

 */
/** Fastest link that can be asked for, in Gb/s. */
export const GBPS_MAX = 10_000;

/** Mb/s of a lane by generation, as numerator and denominator; generation 0 has none. */
export const LANE_MBPS: readonly (readonly [number, number])[] = [
  [0, 1],
  [2000, 1],
  [4000, 1],
  [8000 * 128, 130],
  [16_000 * 128, 130],
  [32_000 * 128, 130],
];

/** `bytes` take `bytes * parts / partsPerCycle` cycles; no parts: the link takes no time. */
export interface LinkRate {
  readonly parts: number;
  readonly partsPerCycle: number;
}

/** What a link's rate is told by: see UnitConfig. */
export interface LinkSpeed {
  readonly generation: number;
  readonly width: number;
  readonly gbps: number;
}

/** The rate of a link under a clock, in lowest terms. */
export function linkRate(link: LinkSpeed, clockMHz: number): LinkRate {
  const [lane, over] = LANE_MBPS[link.generation];
  const mbps = link.gbps > 0 ? Math.round(link.gbps * 1000) : lane * link.width;
  if (mbps === 0) return { parts: 0, partsPerCycle: 1 };
  const parts = 8 * clockMHz * (link.gbps > 0 ? 1 : over);
  const divisor = greatestCommonDivisor(parts, mbps);
  return { parts: parts / divisor, partsPerCycle: mbps / divisor };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
