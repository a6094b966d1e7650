/**
 * The parameters of one PHB's TCE unit, as plain values. The keys are those of `--set` and of a
 * scenario's `set:`; a preset (phb3.ts, phb4.ts, phb5.ts) gives each of them with its origin.
 * Times that belong to the unit are in its clock cycles, times of the memory behind it in ns.
 */
import { InputError } from '../input-error.ts';

export const HASHES = ['plain', 'xor'] as const;
export const REPLACEMENTS = ['lru', 'fifo', 'plru', 'random'] as const;

/** Fastest clock and longest single time (cycles or ns): their product stays a small integer. */
const CLOCK_MHZ_MAX = 10_000;
const TIME_MAX = 1_000_000;
/** Page numbers are taken with 32-bit shifts. */
const PAGE_SHIFT_MAX = 31;

export interface UnitConfig {
  readonly unit: {
    readonly clockMHz: number;
  };
  readonly pe: {
    readonly count: number;
    readonly tvesPerPe: number;
  };
  /** log2 of the IO page sizes that the PHB translates. */
  readonly pageShifts: readonly number[];
  readonly rteCache: {
    readonly entries: number;
    readonly hitCycles: number;
  };
  readonly tvt: {
    readonly readCycles: number;
  };
  readonly tceCache: {
    readonly entries: number;
    readonly ways: number;
    readonly hash: (typeof HASHES)[number];
    readonly replacement: (typeof REPLACEMENTS)[number];
    readonly lookupCycles: number;
    /** From a fetched TCE's arrival to its use: response queue, check, fill. */
    readonly responseCycles: number;
    /** Whether a TCE without permission is kept. */
    readonly negative: boolean;
  };
  /** Cache of indirect TCEs, one for each upper level. */
  readonly walkCache: {
    /** Entries a level, fully associative LRU; 0 switches it off. */
    readonly entries: number;
  };
  readonly tags: {
    /** TCE fetches in flight. */
    readonly count: number;
    /** Whether a request for a TCE that is on its way waits for it instead of fetching again. */
    readonly merge: boolean;
  };
  readonly memory: {
    readonly readNs: number;
    readonly cachedReadNs: number;
    /** 128-byte lines of tables that the host's caches hold, direct mapped; 0: none is cached. */
    readonly cachedLines: number;
  };
  readonly dma: {
    readonly readNs: number;
    readonly writeNs: number;
  };
  readonly kill: {
    readonly allCycles: number;
    readonly peCycles: number;
    readonly pageCycles: number;
    /** Firmware's answer to HW560152: a page kill becomes a kill of the whole PE. */
    readonly escalatePageKill: boolean;
  };
  readonly msi: {
    /** PHBn_CONFIG[8]: the 64 KiB below 4 GiB are MSI, not memory. */
    readonly window32: boolean;
    /** PHBn_CONFIG[14]: addresses with bits 63:60 = 1 are MSI. */
    readonly window64: boolean;
  };
}

/** Refuses a configuration that no hardware could have; the message starts with the key. */
export function checkUnitConfig(config: UnitConfig): void {
  const { entries, ways, hash } = config.tceCache;
  positive('unit.clockMHz', config.unit.clockMHz, CLOCK_MHZ_MAX);
  positive('pe.count', config.pe.count, 512);
  exactly('pe.tvesPerPe', config.pe.tvesPerPe, 2);
  oneOf('tceCache.hash', hash, HASHES);
  oneOf('tceCache.replacement', config.tceCache.replacement, REPLACEMENTS);
  positive('rteCache.entries', config.rteCache.entries, 65_536);
  positive('tceCache.entries', entries, 1 << 20);
  if (!Number.isInteger(ways) || ways < 1 || entries % ways !== 0) {
    throw new InputError(`tceCache.ways: expected a divisor of ${entries}, got ${ways}`);
  }
  const sets = entries / ways;
  if (hash === 'xor' && (sets & (sets - 1)) !== 0) {
    throw new InputError(
      `tceCache.hash: xor wants a power of two of sets, got ${sets} (${entries} entries / ${ways} ways)`,
    );
  }
  if (config.tceCache.replacement === 'plru' && ((ways & (ways - 1)) !== 0 || ways > 32)) {
    throw new InputError(`tceCache.replacement: plru wants 1, 2, 4 .. 32 ways, got ${ways}`);
  }
  natural('walkCache.entries', config.walkCache.entries, 65_536);
  positive('tags.count', config.tags.count, 4096);
  const { cachedLines } = config.memory;
  natural('memory.cachedLines', cachedLines, 1 << 24);
  if ((cachedLines & (cachedLines - 1)) !== 0) {
    throw new InputError(`memory.cachedLines: expected 0 or a power of two, got ${cachedLines}`);
  }
  for (const shift of config.pageShifts) {
    if (shift < 12 || shift > PAGE_SHIFT_MAX) {
      throw new InputError(`pageShifts: expected 12..${PAGE_SHIFT_MAX}, got ${shift}`);
    }
  }
  for (const [key, value] of timesOf(config)) natural(key, value, TIME_MAX);
}

function timesOf(config: UnitConfig): [string, number][] {
  return [
    ['rteCache.hitCycles', config.rteCache.hitCycles],
    ['tvt.readCycles', config.tvt.readCycles],
    ['tceCache.lookupCycles', config.tceCache.lookupCycles],
    ['tceCache.responseCycles', config.tceCache.responseCycles],
    ['memory.readNs', config.memory.readNs],
    ['memory.cachedReadNs', config.memory.cachedReadNs],
    ['dma.readNs', config.dma.readNs],
    ['dma.writeNs', config.dma.writeNs],
    ['kill.allCycles', config.kill.allCycles],
    ['kill.peCycles', config.kill.peCycles],
    ['kill.pageCycles', config.kill.pageCycles],
  ];
}

function positive(key: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new InputError(`${key}: expected a whole number 1..${most}, got ${value}`);
  }
}

function natural(key: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 0 || value > most) {
    throw new InputError(`${key}: expected a whole number 0..${most}, got ${value}`);
  }
}

function exactly(key: string, value: number, wanted: number): void {
  if (value !== wanted) throw new InputError(`${key}: only ${wanted} is modelled, got ${value}`);
}

function oneOf(key: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) {
    throw new InputError(`${key}: expected one of ${allowed.join(', ')}, got '${value}'`);
  }
}
