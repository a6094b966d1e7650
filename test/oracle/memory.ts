/** Words of table memory, and how long it takes to read them (T19, T20). */
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import { cyclesOf } from './exact.ts';

const LINE_BYTES = 128n;
const LOW_32_BITS = 0xffff_ffffn;

export class MemoryReads {
  cachedReads = 0;
  uncachedReads = 0;
  /** Addresses of all words that were read. */
  readonly wordsRead = new Set<bigint>();
  private readonly words: Map<bigint, bigint>;
  /** The line that each place of the host's directory holds. */
  private readonly directory = new Map<bigint, bigint>();

  constructor(
    private readonly config: UnitConfig,
    words: ReadonlyMap<bigint, bigint>,
  ) {
    this.words = new Map(words);
  }

  word(address: bigint): bigint {
    this.wordsRead.add(address);
    return this.words.get(address) ?? 0n;
  }

  /** The 16 words of the line at an address. */
  line(address: bigint): bigint[] {
    return Array.from({ length: 16 }, (_, slot) => this.word(address + BigInt(slot) * 8n));
  }

  /** Software writes a word: its line is in the host's caches then. */
  store(address: bigint, word: bigint): void {
    this.words.set(address, word);
    this.touch(address);
  }

  /** Cycles of a walk's read. */
  walkRead(address: bigint): number {
    const isCached = this.touch(address);
    if (isCached) this.cachedReads += 1;
    else this.uncachedReads += 1;
    const { cachedReadNs, readNs } = this.config.memory;
    return cyclesOf(isCached ? cachedReadNs : readNs, this.config) + this.retry(address);
  }

  /** Cycles of reading an RTE, which no cache of the host holds. */
  rteRead(address: bigint): number {
    this.uncachedReads += 1;
    return cyclesOf(this.config.memory.readNs, this.config) + this.retry(address);
  }

  /** Whether the directory holds the line; afterwards it does. */
  private touch(address: bigint): boolean {
    const { cachedLines } = this.config.memory;
    if (cachedLines === 0) return false;
    const line = address / LINE_BYTES;
    const place = line % BigInt(cachedLines);
    const isHeld = this.directory.get(place) === line;
    this.directory.set(place, line);
    return isHeld;
  }

  private retry(address: bigint): number {
    const { remoteShare, retryNs } = this.config.memory;
    const line = address / LINE_BYTES;
    const mixed = (((line & LOW_32_BITS) ^ (line >> 32n)) * 0x9e37_79b1n) & LOW_32_BITS;
    const isRemote = mixed < (BigInt(remoteShare) << 32n) / 100n;
    return isRemote ? cyclesOf(retryNs, this.config) : 0;
  }
}
