/**
 * What a script mapped where, for each window since it was made. A device's program looks into the memory
 * that it mapped last at a bus address; and where the script names real addresses, the TCEs of our tables
 * are told in those names. A script names the first page of a mapping only: where a table dump of the real
 * machine is at hand it says where the pages behind it were, otherwise they follow the first.
 */
import { contains, type DmaWindow } from '../../models/kernel/vfio/dma-window.ts';
import { PageNames } from './page-names.ts';

/** Memory that one MAP put behind a run of bus addresses. */
export interface MappedRun {
  readonly busAddress: bigint;
  readonly bytes: bigint;
  /** Real address in the simulated machine. */
  readonly real: bigint;
  /** The same in the script's words. */
  readonly hpa: bigint;
  /** Log2 of the pages of memory behind the run. */
  readonly pageShift: number;
}

/** The TCE that a table dump has for a bus address. */
export type DumpedTces = (busAddress: bigint) => bigint | undefined;

export class MappedRuns {
  readonly names = new PageNames();
  /** Oldest first; the window's end takes them along. */
  private readonly runs = new WeakMap<DmaWindow, MappedRun[]>();

  add(window: DmaWindow, run: MappedRun): void {
    const known = this.runs.get(window);
    if (known === undefined) this.runs.set(window, [run]);
    else known.push(run);
  }

  /** Whether anything was ever mapped at a bus address in the window that it lies in. */
  knows(windows: readonly DmaWindow[], busAddress: bigint): boolean {
    return windows.some(
      (window) => contains(window, busAddress) && this.latest(window, busAddress) !== undefined,
    );
  }

  /** A TCE with the script's real address in the place of ours; as it is where the script has none. */
  inScriptWords(window: DmaWindow, busAddress: bigint, tce: bigint, dumped: DumpedTces): bigint {
    const run = this.latest(window, busAddress);
    if (run === undefined) return tce;
    const offset = busAddress - run.busAddress;
    const name = this.names.addressIn(run, offset, (at) => dumped(run.busAddress + at));
    return tce - (run.real + offset) + name;
  }

  /** The latest run that a bus address was in. */
  private latest(window: DmaWindow, busAddress: bigint): MappedRun | undefined {
    return this.runs
      .get(window)
      ?.findLast((run) => run.busAddress <= busAddress && busAddress < run.busAddress + run.bytes);
  }
}
