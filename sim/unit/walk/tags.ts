/**
 * The tags of TCE fetches in flight, and the walkers that read for them. A request that finds no tag free
 * waits for one in front of the others; one that finds no walker free waits with its tag.
 */
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import { Slots } from '../slots.ts';
import type { StateWriter } from '../state-writer.ts';

export class Tags {
  /** Tag and walker, and waits for them, of the fetch that was admitted last. */
  tag = 0;
  walker = 0;
  tagWait = 0;
  walkerWait = 0;
  private readonly tags: Slots;
  private readonly walkers: Slots;
  private readonly hasWalkers: boolean;

  constructor({ tags, walkers }: Pick<UnitConfig, 'tags' | 'walkers'>) {
    this.tags = new Slots(tags.count);
    this.hasWalkers = walkers.count !== 0;
    this.walkers = new Slots(Math.max(1, walkers.count));
  }

  /** (T17) A fetch that is wanted at a cycle takes a tag and a walker; returns when its walk begins. */
  admit(wanted: number): number {
    this.tagWait = Math.max(this.tags.nextRelease() - wanted, 0);
    this.tag = this.tags.take();
    const tagged = wanted + this.tagWait;
    if (!this.hasWalkers) return tagged;
    this.walkerWait = Math.max(this.walkers.nextRelease() - tagged, 0);
    this.walker = this.walkers.take();
    return tagged + this.walkerWait;
  }

  /** The TCE of the fetch that was admitted last arrives at a cycle. */
  release(arrives: number): void {
    this.tags.release(this.tag, arrives);
    if (this.hasWalkers) this.walkers.release(this.walker, arrives);
  }

  /**
   * Tags only. A fetch takes the tag and the walker that free first, and both are free again when its TCE
   * arrives, no sooner than they were free before: so tags are free at the latest of all arrivals so far, and
   * walkers at the latest of these again. More walkers than tags are never waited for.
   */
  writeState(state: StateWriter): void {
    this.tags.writeState(state);
  }

  /** Moves the origin of time forward by `cycles`. */
  rebase(cycles: number): void {
    this.tags.rebase(cycles);
    this.walkers.rebase(cycles);
  }
}
