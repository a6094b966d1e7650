/**
 * The DMA windows of one PHB as they come and go: every write of a TVE that makes a window opens an
 * account for it, so that results can be told window by window.
 */

import { secondWindowStart } from '../../models/address.ts';
import { hex } from '../../models/bits.ts';
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import { decodeTveOf, type Ioda, spanBits, type Tve } from '../../models/tve.ts';
import { NO_WINDOW } from '../unit/books/accounts.ts';
import type { TceUnit } from '../unit/tce-unit.ts';

/** A window that existed for a while. */
export interface WindowFacts {
  readonly account: number;
  readonly pe: number;
  readonly tve: string;
  readonly kind: Tve['kind'];
  readonly busAddress: string;
  readonly levels: number;
  readonly pageBytes: number;
  /** Bytes of each level's table. */
  readonly tableBytes: number;
  /** Bytes that its tables reach, or that its range spans. */
  readonly reachBytes: number;
  /** Why the TVE is invalid, else empty. */
  readonly reason: string;
}

export class Windows {
  /** All different windows since the beginning, in the order of their first TVE writes. */
  readonly all: WindowFacts[] = [];
  /** Accounts by TVE index and word: a window that comes again is the same window. */
  private readonly accounts = new Map<string, number>();

  constructor(
    private readonly unit: TceUnit,
    private readonly phb: UnitConfig & { readonly ioda: Ioda },
  ) {}

  /** Writes a TVE. 0 takes the window away; what still comes for it is booked with no window. */
  write(index: number, word: bigint): void {
    if (word === 0n) {
      this.unit.writeTve(index, word, NO_WINDOW);
      return;
    }
    const key = `${index} ${word}`;
    const account = this.accounts.get(key) ?? this.open(key, index, word);
    this.unit.writeTve(index, word, account);
  }

  /** Opens an account. Beyond a thousand different windows the later ones are booked with no window. */
  private open(key: string, index: number, word: bigint): number {
    const account = this.unit.accounts.open();
    this.accounts.set(key, account);
    if (account !== NO_WINDOW) this.all.push(this.factsOf(account, index, word));
    return account;
  }

  private factsOf(account: number, index: number, word: bigint): WindowFacts {
    const tve = decodeTveOf(word, this.phb);
    const translated = tve.kind === 'translated' ? tve : undefined;
    return {
      account,
      pe: index >> 1,
      tve: hex(word),
      kind: tve.kind,
      busAddress: hex(index & 1 ? secondWindowStart(this.phb.pe.tveSelect) : 0n),
      levels: translated?.levels ?? 0,
      pageBytes: translated ? 2 ** translated.pageShift : 0,
      tableBytes: translated ? 2 ** translated.tableShift : 0,
      reachBytes: Number(reachOf(tve)),
      reason: tve.kind === 'invalid' ? tve.reason : '',
    };
  }
}

function reachOf(tve: Tve): bigint {
  switch (tve.kind) {
    case 'translated':
      return 1n << BigInt(spanBits(tve));
    case 'bypass':
      return tve.end - tve.start;
    case 'unchecked':
      return 1n << 50n;
    default:
      return 0n;
  }
}
