/**
 * A case for the oracle: a unit's configuration, tables, and a short list of items. draw-config.ts and
 * draw-items.ts make random ones; edges.ts and engine.ts replay them; scenario-file.ts prints them.
 */
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import type { Pacing } from '../../sim/unit/port/arrivals.ts';

/** A DMA of a device: at most 4 KiB, within one 4 KiB block. */
export interface DmaItem {
  readonly kind: 'dma';
  /** Time since the row before, in ns. */
  readonly stepNs: number;
  readonly rid: number;
  /** The PE# that firmware has given the RID: where it differs from before, it does so now. */
  readonly pe: number;
  readonly address: bigint;
  readonly bytes: number;
  readonly isWrite: boolean;
}

/** What software does, in the order of the trace. */
export type SoftwareItem =
  | { readonly kind: 'kill'; readonly stepNs: number; readonly register: bigint }
  | { readonly kind: 'freeze' | 'unfreeze'; readonly stepNs: number; readonly pe: number }
  | { readonly kind: 'fence' | 'reset'; readonly stepNs: number }
  | { readonly kind: 'store'; readonly address: bigint; readonly word: bigint }
  | { readonly kind: 'tve'; readonly index: number; readonly word: bigint }
  | {
      readonly kind: 'peltv';
      readonly pe: number;
      readonly neighbour: number;
      readonly isSet: boolean;
    };

export type OracleItem = DmaItem | SoftwareItem;

export interface OracleCase {
  readonly config: UnitConfig;
  readonly pacing: Pacing;
  /** TVEs before the trace begins, by index. */
  readonly tves: ReadonlyMap<number, bigint>;
  /** Words of table memory before the trace begins. */
  readonly words: ReadonlyMap<bigint, bigint>;
  readonly items: readonly OracleItem[];
}

/** Where the RID translation table stands; the command line has it there too. */
export const RTT_BASE = 0x00ff_ffff_0000_0000n;
