/** What the random test passes to VFIO's calls: sensible mostly, at the edges often, wrong at times. */
import { CALLS, type CallName } from '../../models/kernel/vfio/calls.ts';
import { encodeStructure, type FieldValues } from '../../models/kernel/vfio/layouts.ts';
import type { Actor } from './random-actor.ts';
import type { Slot } from './random-host.ts';

const MiB = 1n << 20n;
const GiB = 1n << 30n;
const BIT_59 = 1n << 59n;

/** What is wrong with a structure. */
export type Damage = 'none' | 'shortArgsz' | 'unknownFlag' | 'unreadable' | 'readOnly';

/** Calls with a structure, and how often each is made. */
const FREQUENCIES: readonly (readonly [CallName, number])[] = [
  ['MAP', 30],
  ['UNMAP', 14],
  ['CREATE', 14],
  ['REMOVE', 9],
  ['REGISTER', 13],
  ['UNREGISTER', 8],
  ['GET_INFO', 3],
  ['EEH', 4],
  ['ENABLE', 3],
  ['DISABLE', 2],
];

/** Calls that take no structure, and EEH, which looks at its own group by group. */
const UNCHECKED: readonly CallName[] = ['ENABLE', 'DISABLE', 'EEH'];

export class RandomValues {
  private readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  /** A call, by its frequency. */
  pickCall(): CallName {
    const total = FREQUENCIES.reduce((sum, [, frequency]) => sum + frequency, 0);
    let left = this.random() * total;
    for (const [call, frequency] of FREQUENCIES) {
      left -= frequency;
      if (left < 0) return call;
    }
    return 'MAP';
  }

  /** What is wrong with the next structure of a call, mostly nothing. */
  damage(call: CallName): Damage {
    if (this.random() < 0.88 || UNCHECKED.includes(call)) return 'none';
    return this.pick(['shortArgsz', 'unknownFlag', 'unreadable', 'readOnly'] as const);
  }

  /** Fields of a call of a container: sensible mostly. */
  valuesOf(call: CallName, slot: Slot, caller: Actor): FieldValues {
    const payer = slot.owner ?? caller;
    const argsz = BigInt(CALLS[call].bytesMin);
    switch (call) {
      case 'CREATE': {
        const page_shift = this.pick([12n, 12n, 16n, 16n, 21n, 24n, 28n, 30n, 17n]);
        const bits = page_shift + BigInt(this.random() < 0.6 ? this.below(14) : this.below(26));
        const window_size = this.random() < 0.95 ? 1n << bits : (1n << bits) + 4096n;
        return { argsz, page_shift, window_size, levels: this.levels() };
      }
      case 'REMOVE':
        return { argsz, start_addr: this.busAddress(slot) };
      case 'REGISTER':
      case 'UNREGISTER': {
        const [vaddr, size] = this.range(payer, call === 'UNREGISTER' ? slot : undefined);
        return { argsz, vaddr, size };
      }
      case 'MAP':
        return { argsz, flags: this.pick([0n, 1n, 2n, 3n, 3n, 3n]), ...this.mapping(slot, payer) };
      case 'UNMAP': {
        const { iova, size } = this.mapping(slot, payer);
        return { argsz, iova, size };
      }
      case 'EEH':
        return { argsz, op: BigInt(this.below(11)) };
      case 'GET_INFO':
        return { argsz: this.random() < 0.5 ? 32n : argsz };
      default:
        return {};
    }
  }

  /** Inside a window mostly, and then often near its start. */
  private busAddress(slot: Slot): bigint {
    const { windows } = slot.container;
    if (windows.length === 0 || this.random() < 0.1) {
      return this.pick([0n, BIT_59, 3n * GiB, BIT_59 - 4096n]);
    }
    const window = this.pick(windows);
    const { effectiveWindowBytes, pageShift, entriesPerLevel } = window.table.geometry;
    const from = window.slot === 0 ? 0n : BIT_59;
    const pages = effectiveWindowBytes >> BigInt(pageShift);
    const far = BigInt(Math.floor(this.random() * Number(pages)));
    const near = BigInt(this.below(64)) % pages;
    // A few pages in front of another leaf: what begins in one ends in the next.
    const leaf = BigInt(entriesPerLevel);
    const edge = (far / leaf) * leaf + leaf - BigInt(this.below(12)) - 1n;
    const page = this.pick([near, near, far, far, edge, edge, pages - 1n]) % pages;
    const skew = this.random() < 0.03 ? 512n : 0n;
    return from + (page << BigInt(pageShift)) + skew;
  }

  private mapping(slot: Slot, payer: Actor): { vaddr: bigint; iova: bigint; size: bigint } {
    const iova = this.busAddress(slot);
    const bits = slot.container.windows.find(
      ({ slot: index }) => index === (iova >= BIT_59 ? 1 : 0),
    )?.table.geometry.pageShift;
    const pageShift = BigInt(this.random() < 0.95 ? (bits ?? 12) : 12);
    const isRegistered = payer.registered.length > 0 && this.random() < 0.85;
    const places: readonly { start: bigint; bytes: bigint }[] = isRegistered
      ? payer.registered
      : payer.runs;
    const run = this.pick(places);
    const pages = run.bytes >> pageShift;
    const start = pages > 0n ? BigInt(this.below(Number(pages))) << pageShift : 0n;
    const size = BigInt(this.below(this.random() < 0.1 ? 600 : 24)) << pageShift;
    return { vaddr: run.start + start, iova, size };
  }

  /** One or two mostly; 0, 6 and what only some page sizes can have as well. */
  private levels(): bigint {
    return BigInt(this.random() < 0.7 ? 1 + this.below(2) : this.below(7));
  }

  /**
   * Whole runs of memory, parts of them, two at once, and some that reach into a hole; what `holder` has
   * registered already, mostly.
   */
  private range(actor: Actor, holder?: Slot): readonly [bigint, bigint] {
    const [first, second, third, last] = actor.runs;
    const held = actor.registered.filter(({ holders }) => holder && holders.has(holder));
    if (held.length > 0 && this.random() < 0.8) {
      const { start, bytes } = this.pick(held);
      return [start, bytes];
    }
    const whole = this.pick(actor.runs);
    if (this.random() < 0.6) return [whole.start, whole.bytes];
    return this.pick([
      [first.start, first.bytes],
      [first.start, first.bytes / 2n],
      [first.start, first.bytes + second.bytes],
      [second.start, second.bytes],
      [third.start, third.bytes],
      [third.start + 16n * MiB, 16n * MiB],
      [last.start, last.bytes],
      [last.start, 2n * last.bytes],
      [last.start + 512n, last.bytes],
      [second.start + second.bytes, MiB],
    ] as const);
  }

  /** One of several; the caller knows that there are any. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }

  /** A whole number from 0 on. */
  below(end: number): number {
    return Math.floor(this.random() * end);
  }
}

/** Whether a damaged structure keeps the call from doing anything. */
export function isFatal(call: CallName, damage: Damage): boolean {
  if (damage === 'none' || damage === 'readOnly') return false;
  return damage !== 'unknownFlag' || call !== 'GET_INFO';
}

/** The structure in the caller's memory, and what is wrong with it. */
export function damaged(
  call: CallName,
  values: FieldValues,
  damage: Damage,
  random: () => number,
): { structure: Uint8Array; isWritable: boolean } {
  const { bytesMin } = CALLS[call];
  const below = (end: number) => Math.floor(random() * end);
  const changed: Record<string, bigint> = { ...values };
  if (damage === 'shortArgsz') changed.argsz = BigInt(below(bytesMin));
  if (damage === 'unknownFlag') changed.flags = (values.flags ?? 0n) | (4n << BigInt(below(30)));
  const whole = encodeStructure(call, changed);
  const structure = damage === 'unreadable' ? whole.subarray(0, below(bytesMin)) : whole;
  return { structure, isWritable: damage !== 'readOnly' };
}
