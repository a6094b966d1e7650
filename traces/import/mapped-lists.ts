/**
 * Scatter-gather lists that are mapped at the moment, by device and real addresses: dma_unmap_sg names no
 * bus address. The same list may be mapped more than once; the oldest mapping ends first. Memory is bounded:
 * the newest segments stand in a ring, and lists whose segments were overwritten are unknown.
 */
import { Word } from '../word.ts';
import type { BusRange } from './kernel-rows.ts';

/** Entries that newer kernels trace at most (DMA_TRACE_MAX_ENTRIES); an unmapping has all of them. */
const TRACED_ENTRIES = 128;
/** Segments of all lists that are remembered, 16 bytes each, and lists. */
const SEGMENTS_MAX = 2 ** 19;
const LISTS_MAX = 2 ** 16;
const HALF = 2 ** 32;
/** Bits of the hash's upper part: the whole is a number that is exact. */
const UPPER_MASK = 0x1f_ffff;

/** Where the segments of a list stand, counted from the first one ever. */
interface List {
  readonly first: number;
  readonly count: number;
}

export class MappedLists {
  /** By the hash of device and real addresses; the oldest in front. */
  private readonly lists = new Map<number, List[]>();
  private size = 0;
  private written = 0;
  /** High and low half of a segment's bus address. */
  private readonly starts = new Int32Array(2 * SEGMENTS_MAX);
  private readonly lengths = new Float64Array(SEGMENTS_MAX);

  /** A list is mapped to these bus addresses. */
  add(device: string, entries: readonly Word[], segments: readonly BusRange[]): void {
    if (segments.length > SEGMENTS_MAX) return;
    const key = keyOf(device, entries);
    const same = this.lists.get(key) ?? [];
    same.push({ first: this.written, count: segments.length });
    this.lists.set(key, same);
    this.size += 1;
    for (const { start, bytes } of segments) {
      const at = this.written % SEGMENTS_MAX;
      this.starts[2 * at] = start.high;
      this.starts[2 * at + 1] = start.low;
      this.lengths[at] = bytes;
      this.written += 1;
    }
    if (this.size > LISTS_MAX) this.forgetOldest();
  }

  /** The bus addresses of a list that is unmapped; undefined where its mapping is unknown. */
  take(device: string, entries: readonly Word[]): readonly BusRange[] | undefined {
    const key = keyOf(device, entries);
    const same = this.lists.get(key);
    while (same && same.length > 0) {
      const list = same.shift() as List;
      this.size -= 1;
      if (same.length === 0) this.lists.delete(key);
      if (this.written - list.first <= SEGMENTS_MAX) return this.segmentsOf(list);
    }
    return undefined;
  }

  private segmentsOf({ first, count }: List): BusRange[] {
    return Array.from({ length: count }, (_, index) => {
      const at = (first + index) % SEGMENTS_MAX;
      const start = new Word().set(this.starts[2 * at], this.starts[2 * at + 1]);
      return { start, bytes: this.lengths[at] };
    });
  }

  private forgetOldest(): void {
    for (const [key, same] of this.lists) {
      same.shift();
      this.size -= 1;
      if (same.length === 0) this.lists.delete(key);
      return;
    }
  }
}

/** A hash of 53 bits: for two of the lists to share one has odds below one in a million. */
function keyOf(device: string, entries: readonly Word[]): number {
  const hash = { upper: 1, lower: 2 };
  for (let at = 0; at < device.length; at += 1) mix(hash, device.charCodeAt(at));
  const traced = Math.min(entries.length, TRACED_ENTRIES);
  for (let at = 0; at < traced; at += 1) {
    const { high, low } = entries[at] as Word;
    mix(hash, high);
    mix(hash, low);
  }
  mix(hash, traced);
  return (hash.upper & UPPER_MASK) * HALF + (hash.lower >>> 0);
}

/** Two steps of MurmurHash3 (A. Appleby, public domain) with factors of their own, each fed by the other. */
function mix(hash: { upper: number; lower: number }, value: number): void {
  const upper = Math.imul(hash.upper ^ Math.imul(value, 0xcc9e2d51), 0x85ebca6b);
  const lower = Math.imul(hash.lower ^ Math.imul(value, 0x1b873593), 0xc2b2ae35);
  hash.upper = upper ^ (upper >>> 15) ^ (lower >>> 7);
  hash.lower = lower ^ (lower >>> 13) ^ (upper << 3);
}
