/** Finds what belongs to a name where the name stands in bytes, without a string. */

const SLOTS = 256;
const SPACE = 0x20;

interface Entry<T> {
  readonly name: Uint8Array;
  readonly value: T;
  readonly next: Entry<T> | undefined;
  /** The entry that was found after this one the last time: logs repeat themselves. */
  successor: Entry<T> | undefined;
}

export class ByteNames<T> {
  /** Entries by hash; those that share one form a chain. */
  private readonly slots = new Array<Entry<T> | undefined>(SLOTS).fill(undefined);
  /** Where the name of the last `find` ended. */
  end = 0;
  private last: Entry<T> | undefined;

  constructor(named: Iterable<readonly [string, T]>) {
    for (const [text, value] of named) {
      const name = new TextEncoder().encode(text);
      const slot = slotOf(name.reduce((hash, byte) => ((hash << 1) + byte) | 0, 0));
      this.slots[slot] = { name, value, next: this.slots[slot], successor: undefined };
    }
  }

  /** What belongs to the name that begins at `from` and ends in front of a character that no name has. */
  find(bytes: Uint8Array, from: number): T | undefined {
    const last = this.last;
    const guess = last?.successor;
    if (guess && isNamed(guess.name, bytes, from)) {
      this.end = from + guess.name.length;
      this.last = guess;
      return guess.value;
    }
    const entry = this.search(bytes, from);
    if (last && entry) last.successor = entry;
    this.last = entry;
    return entry?.value;
  }

  private search(bytes: Uint8Array, from: number): Entry<T> | undefined {
    let hash = 0;
    let at = from;
    while (bytes[at] > SPACE) {
      hash = ((hash << 1) + bytes[at]) | 0;
      at += 1;
    }
    this.end = at;
    let entry = this.slots[slotOf(hash)];
    while (entry && !isNamed(entry.name, bytes, from)) entry = entry.next;
    return entry;
  }
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 8) ^ (hash >>> 16)) & (SLOTS - 1);
}

/** Whether a name and no more stands there. */
function isNamed(name: Uint8Array, bytes: Uint8Array, from: number): boolean {
  for (let index = 0; index < name.length; index += 1) {
    if (bytes[from + index] !== name[index]) return false;
  }
  return bytes[from + name.length] <= SPACE;
}
