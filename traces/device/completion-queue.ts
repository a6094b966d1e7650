/** Commands in flight by the time at which they complete: a binary heap, ties in order of entry. */

/** A command of a controller and when it is done. */
export interface PendingCommand {
  readonly timeNs: number;
  readonly controller: number;
  readonly command: number;
}

interface Entry extends PendingCommand {
  readonly sequence: number;
}

export class CompletionQueue {
  private readonly heap: Entry[] = [];
  private entered = 0;

  get isEmpty(): boolean {
    return this.heap.length === 0;
  }

  /** When the next command completes; infinite where none is in flight. */
  get nextNs(): number {
    return this.heap[0]?.timeNs ?? Number.POSITIVE_INFINITY;
  }

  add({ timeNs, controller, command }: PendingCommand): void {
    const { heap } = this;
    const entry = { timeNs, controller, command, sequence: this.entered };
    this.entered += 1;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  /** Takes the command that completes first; undefined where none is in flight. */
  take(): PendingCommand | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      const other = child + 1;
      if (other < heap.length && isBefore(heap[other], heap[child])) child = other;
      if (!isBefore(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return (
    one.timeNs < other.timeNs || (one.timeNs === other.timeNs && one.sequence < other.sequence)
  );
}
