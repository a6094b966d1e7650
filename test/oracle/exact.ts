/**
 * Exact time: cycles are cut into so many ticks that every time on the link and every interval between
 * requests is a whole number of them (T5, T7).
 */
import type { UnitConfig } from '../../models/phb/unit-config.ts';

const PS_PER_US = 1_000_000n;

export class ExactTime {
  /** Ticks that a byte takes on the link; 0 when the link takes no time. */
  readonly byteTicks: bigint;
  private readonly ticksPerCycle: bigint;
  private readonly clockMHz: bigint;

  constructor(config: UnitConfig) {
    this.clockMHz = BigInt(config.unit.clockMHz);
    const [over, under] = cyclesPerByte(config);
    this.ticksPerCycle = under * PS_PER_US;
    this.byteTicks = over * PS_PER_US;
  }

  /** The tick of an edge. */
  at(edge: number): bigint {
    return BigInt(edge) * this.ticksPerCycle;
  }

  /** The first edge at or after a tick. */
  edgeOf(tick: bigint): number {
    return Number((tick + this.ticksPerCycle - 1n) / this.ticksPerCycle);
  }

  /** Ticks of so many picoseconds. */
  ticksOf(ps: number): bigint {
    return (BigInt(ps) * this.clockMHz * this.ticksPerCycle) / PS_PER_US;
  }
}

/** Cycles that a byte takes, as a fraction. */
function cyclesPerByte({ link, unit }: UnitConfig): [over: bigint, under: bigint] {
  const bits = 8n * BigInt(unit.clockMHz);
  if (link.gbps !== 0) return [bits, BigInt(Math.round(link.gbps * 1000))];
  if (link.generation === 0) return [0n, 1n];
  const width = BigInt(link.width);
  if (link.generation <= 2) return [bits, 2000n * BigInt(link.generation) * width];
  const laneMbps = 8000n * 2n ** BigInt(link.generation - 3);
  return [bits * 130n, laneMbps * 128n * width];
}

/** Whole cycles of a duration. */
export function cyclesOf(ns: number, config: UnitConfig): number {
  return Math.ceil((ns * config.unit.clockMHz) / 1000);
}
