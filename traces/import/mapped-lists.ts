/**
 * Scatter-gather lists that are mapped at the moment, by device and real addresses: dma_unmap_sg names no
 * bus address. The same list may be mapped more than once; the oldest mapping ends first.
 */
import type { Word } from '../word.ts';
import type { BusRange } from './kernel-rows.ts';

/** Entries that newer kernels trace at most (DMA_TRACE_MAX_ENTRIES); an unmapping has all of them. */
const TRACED_ENTRIES = 128;
/** Lists that are remembered; a log without unmappings would fill the memory. */
const LISTS_MAX = 65_536;

export class MappedLists {
  private readonly lists = new Map<string, (readonly BusRange[])[]>();
  private size = 0;

  /** A list is mapped to these bus addresses. */
  add(device: string, entries: readonly Word[], segments: readonly BusRange[]): void {
    const key = keyOf(device, entries);
    const same = this.lists.get(key) ?? [];
    same.push(segments);
    this.lists.set(key, same);
    this.size += 1;
    if (this.size > LISTS_MAX) this.forgetOldest();
  }

  /** The bus addresses of a list that is unmapped; undefined where its mapping is unknown. */
  take(device: string, entries: readonly Word[]): readonly BusRange[] | undefined {
    const key = keyOf(device, entries);
    const same = this.lists.get(key);
    const segments = same?.shift();
    if (!segments) return undefined;
    if (same?.length === 0) this.lists.delete(key);
    this.size -= 1;
    return segments;
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

function keyOf(device: string, entries: readonly Word[]): string {
  const words = entries.slice(0, TRACED_ENTRIES).map(({ high, low }) => `${high}:${low}`);
  return `${device} ${words.join()}`;
}
