/**
 * The free blocks of one order of a buddy allocator, as block numbers (address / block bytes). Most
 * blocks of a big machine are never touched, so the initial ones are a progression and not entries;
 * blocks that came back are a set plus a heap, because the lowest one is wanted. A block that left
 * the set stays in the heap until it surfaces there: removal from the middle costs nothing.
 */

/** Blocks `next`, `next + stride`, ... below `end`, all free and never handed out. */
interface Progression {
  next: number;
  readonly stride: number;
  readonly end: number;
}

export class FreeList {
  private readonly untouched: Progression;
  private readonly returned = new Set<number>();
  private readonly heap: number[] = [];

  /** A list of `count` blocks at `first`, `first + stride`, and so on. */
  constructor(first: number, count: number, stride: number) {
    this.untouched = { next: first, stride, end: first + count * stride };
  }

  /** Free blocks. */
  get count(): number {
    const { next, stride, end } = this.untouched;
    return this.returned.size + (end - next) / stride;
  }

  /** Adds a block that is not in the list. */
  add(block: number): void {
    this.returned.add(block);
    this.heap.push(block);
    this.rise(this.heap.length - 1);
  }

  /** Takes this very block out, for a merge; false if it is not here or was never handed out. */
  remove(block: number): boolean {
    return this.returned.delete(block);
  }

  /** Takes the block with the lowest number out; undefined if the list is empty. */
  takeLowest(): number | undefined {
    this.dropStale();
    const { next, stride, end } = this.untouched;
    if (this.heap.length > 0 && (next >= end || this.heap[0] < next)) {
      const lowest = this.popHeap();
      this.returned.delete(lowest);
      return lowest;
    }
    if (next >= end) return undefined;
    this.untouched.next = next + stride;
    return next;
  }

  private dropStale(): void {
    while (this.heap.length > 0 && !this.returned.has(this.heap[0])) this.popHeap();
  }

  private popHeap(): number {
    const top = this.heap[0];
    const last = this.heap.pop() as number;
    if (this.heap.length > 0) {
      this.heap[0] = last;
      this.sink();
    }
    return top;
  }

  private rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.heap[parent] <= this.heap[at]) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  private sink(): void {
    let at = 0;
    for (;;) {
      let least = 2 * at + 1;
      if (least >= this.heap.length) return;
      if (least + 1 < this.heap.length && this.heap[least + 1] < this.heap[least]) least += 1;
      if (this.heap[at] <= this.heap[least]) return;
      this.swap(at, least);
      at = least;
    }
  }

  private swap(one: number, other: number): void {
    const kept = this.heap[one];
    this.heap[one] = this.heap[other];
    this.heap[other] = kept;
  }
}
