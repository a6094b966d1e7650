/**
 * The registers of a PHB's TCE unit as a place that only remembers: what software wrote, and nothing
 * that hardware would do with it. For questions about the host, where no DMA is replayed.
 */
import type { PhbRegisters } from '../../models/firmware/opal.ts';

export class RegisterFile implements PhbRegisters {
  private readonly tvt = new Map<number, bigint>();

  writeTve(index: number, value: bigint): void {
    this.tvt.set(index, value);
  }

  /** Nothing is cached here that could be killed. */
  writeTceKill(): void {}

  /** The TVE at an index of the TVT; 0, no window, where nobody wrote one. */
  tve(index: number): bigint {
    return this.tvt.get(index) ?? 0n;
  }
}
