/** Finds what belongs to a name where the name stands in bytes, without a string. */

const SLOTS = 256;
const SPACE = 0x20;

/** Bytes that end a name: spaces and control characters, and what a log may have in their place. */
function endsOf(others: string): Uint8Array {
  const isEnd = (byte: number) => byte <= SPACE || others.includes(String.fromCharCode(byte));
  return Uint8Array.from({ length: 256 }, (_, byte) => (isEnd(byte) ? 1 : 0));
}

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
  private readonly ends: Uint8Array;

  /** `ends`: characters that end a name, besides spaces and control characters. */
  constructor(named: Iterable<readonly [string, T]>, ends = '') {
    this.ends = endsOf(ends);
    for (const [name, value] of named) this.add(name, value);
  }

  /** Adds a name that is not there yet. */
  add(text: string, value: T): void {
    const name = new TextEncoder().encode(text);
    const slot = slotOf(name.reduce((hash, byte) => ((hash << 1) + byte) | 0, 0));
    this.slots[slot] = { name, value, next: this.slots[slot], successor: undefined };
  }

  /** What belongs to the name that begins at `from` and ends in front of a character that no name has. */
  find(bytes: Uint8Array, from: number): T | undefined {
    const last = this.last;
    const guess = last?.successor;
    if (guess && this.isNamed(guess.name, bytes, from)) {
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
    while (this.ends[bytes[at]] === 0) {
      hash = ((hash << 1) + bytes[at]) | 0;
      at += 1;
    }
    this.end = at;
    let entry = this.slots[slotOf(hash)];
    while (entry && !this.isNamed(entry.name, bytes, from)) entry = entry.next;
    return entry;
  }

  /** Whether a name and no more stands there. */
  private isNamed(name: Uint8Array, bytes: Uint8Array, from: number): boolean {
    for (let index = 0; index < name.length; index += 1) {
      if (bytes[from + index] !== name[index]) return false;
    }
    return this.ends[bytes[from + name.length]] === 1;
  }
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 8) ^ (hash >>> 16)) & (SLOTS - 1);
}
