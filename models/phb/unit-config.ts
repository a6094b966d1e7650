/**
 * The parameters of one PHB's TCE unit, as plain values. The keys are those of `--set` and of a
 * scenario's `set:`; a preset (phb3.ts, phb4.ts, phb5.ts) gives each of them with its origin.
 * Times that belong to the unit are in its clock cycles, times of the memory behind it in ns.
 */
import { InputError } from '../input-error.ts';
import { GBPS_MAX, LANE_MBPS } from './link-rate.ts';

export const HASHES = ['plain', 'xor'] as const;
export const REPLACEMENTS = ['lru', 'fifo', 'plru', 'random', 'belady'] as const;
export const GRANULES = ['entry', 'line'] as const;
export const HIT_UNDER_MISS = ['always', 'other-pes', 'never'] as const;
export const MERGES = ['none', 'entry', 'line'] as const;
export const KILL_SYNCS = ['none', 'reads', 'all'] as const;
export const INVALID_PES = ['refuse', 'wrap'] as const;
export const TVE_SELECTS = ['bit59', 'gte4gb'] as const;
/** PCIe payload and read request sizes. */
const TLP_BYTES = [128, 256, 512, 1024, 2048, 4096];
/** Bytes that one unit of posted data credit stands for. */
export const CREDIT_BYTES = 16;

/** Keys of the numbers that need not be whole. */
export const DECIMAL_KEYS: readonly string[] = ['link.gbps'];

/** Fastest clock and longest single time (cycles or ns): their product stays a small integer. */
const CLOCK_MHZ_MAX = 10_000;
const TIME_MAX = 1_000_000;
/** Page numbers are taken with 32-bit shifts. */
const PAGE_SHIFT_MAX = 31;

export interface UnitConfig {
  readonly unit: {
    readonly clockMHz: number;
  };
  readonly link: {
    /** PCIe generation, 1 to 5; 0: only `gbps` counts. */
    readonly generation: number;
    readonly width: number;
    /** Gb/s in each direction, headers and payload; 0: what generation and width give. */
    readonly gbps: number;
    /** Max_Payload_Size: of writes, and of the completions of reads. */
    readonly payloadBytes: number;
    /** Max_Read_Request_Size. */
    readonly readRequestBytes: number;
    /** Bytes of a request TLP besides its payload: framing, sequence number, header, LCRC. */
    readonly requestOverheadBytes: number;
    readonly completionOverheadBytes: number;
  };
  /** Flow-control credits that the PHB advertises; 0: as many as wanted. */
  readonly credits: {
    readonly postedHeaders: number;
    /** Units of 16 bytes. */
    readonly postedData: number;
    readonly nonPostedHeaders: number;
  };
  readonly pe: {
    readonly count: number;
    readonly tvesPerPe: number;
    /** What selects the TVE: address bit 59, or whether the address is 4 GiB or more (CTRLR[24]). */
    readonly tveSelect: (typeof TVE_SELECTS)[number];
  };
  /** log2 of the IO page sizes that the PHB translates. */
  readonly pageShifts: readonly number[];
  readonly rteCache: {
    readonly entries: number;
    readonly hitCycles: number;
    /** What becomes of a RID whose PE# the PHB does not have. */
    readonly invalidPe: (typeof INVALID_PES)[number];
  };
  readonly tvt: {
    readonly readCycles: number;
  };
  readonly tceCache: {
    readonly entries: number;
    readonly ways: number;
    readonly hash: (typeof HASHES)[number];
    readonly replacement: (typeof REPLACEMENTS)[number];
    /** What an entry holds: one TCE, or the 16 of a line. */
    readonly granule: (typeof GRANULES)[number];
    readonly lookupCycles: number;
    /** From a fetched TCE's arrival to its use: response queue, check, fill. */
    readonly responseCycles: number;
    /** Whether a TCE without permission is kept. */
    readonly negative: boolean;
    /** Which requests may be looked up while a TCE is on its way for an earlier one. */
    readonly hitUnderMiss: (typeof HIT_UNDER_MISS)[number];
  };
  /** Fetched 128-byte lines, fully associative LRU; 0 switches it off. */
  readonly lineBuffer: {
    readonly entries: number;
  };
  /** Caches of indirect TCEs, one for each upper level, fully associative LRU; 0 switches one off. */
  readonly walkCache: {
    readonly level1: number;
    readonly level2: number;
    readonly level3: number;
    readonly level4: number;
  };
  readonly tags: {
    /** TCE fetches in flight. */
    readonly count: number;
    /** Whether a request waits for a fetch in flight of its own TCE, or of its line. */
    readonly merge: (typeof MERGES)[number];
  };
  readonly walkers: {
    /** Walks that read at the same time, one read each; 0: as many as tags. */
    readonly count: number;
  };
  readonly memory: {
    readonly readNs: number;
    readonly cachedReadNs: number;
    /** 128-byte lines of tables that the host's caches hold, direct mapped; 0: none is cached. */
    readonly cachedLines: number;
    /** Per cent of lines whose reads are retried at a wider scope, and what that takes. */
    readonly remoteShare: number;
    readonly retryNs: number;
  };
  readonly dma: {
    readonly readNs: number;
    readonly writeNs: number;
    /** Lines of 128 bytes that are fetched at the same time; 0: as many as wanted. */
    readonly readEngines: number;
  };
  readonly kill: {
    readonly allCycles: number;
    readonly peCycles: number;
    readonly pageCycles: number;
    /** Kills that may be on their way; software polls for room. 0: as many as come. */
    readonly queueDepth: number;
    /** HW560152: a page kill that finds the queue full is lost. */
    readonly dropWhenFull: boolean;
    /** What software waits for after a kill: nothing more, the reads before it, all DMA before it. */
    readonly sync: (typeof KILL_SYNCS)[number];
    /** Whether a kill empties the walk caches. */
    readonly dropsWalkCaches: boolean;
    /** Firmware's answer to HW560152: a page kill becomes a kill of the whole PE. */
    readonly escalatePageKill: boolean;
  };
  readonly fault: {
    /** Whether a fault freezes its PE. */
    readonly freezesPe: boolean;
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
  for (const [key, value, allowed] of choicesOf(config)) oneOf(key, value, allowed);
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
  checkLink(config);
  natural('lineBuffer.entries', config.lineBuffer.entries, 65_536);
  for (const [level, size] of Object.entries(config.walkCache)) {
    natural(`walkCache.${level}`, size, 65_536);
  }
  positive('tags.count', config.tags.count, 4096);
  natural('walkers.count', config.walkers.count, 4096);
  natural('memory.remoteShare', config.memory.remoteShare, 100);
  natural('dma.readEngines', config.dma.readEngines, 4096);
  natural('kill.queueDepth', config.kill.queueDepth, 4096);
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

function choicesOf(config: UnitConfig): [string, string, readonly string[]][] {
  return [
    ['tceCache.hash', config.tceCache.hash, HASHES],
    ['tceCache.replacement', config.tceCache.replacement, REPLACEMENTS],
    ['tceCache.granule', config.tceCache.granule, GRANULES],
    ['tceCache.hitUnderMiss', config.tceCache.hitUnderMiss, HIT_UNDER_MISS],
    ['tags.merge', config.tags.merge, MERGES],
    ['kill.sync', config.kill.sync, KILL_SYNCS],
    ['rteCache.invalidPe', config.rteCache.invalidPe, INVALID_PES],
    ['pe.tveSelect', config.pe.tveSelect, TVE_SELECTS],
  ];
}

function checkLink({ link, credits }: UnitConfig): void {
  natural('link.generation', link.generation, LANE_MBPS.length - 1);
  if (![1, 2, 4, 8, 12, 16, 32].includes(link.width)) {
    throw new InputError(`link.width: expected 1, 2, 4, 8, 12, 16 or 32 lanes, got ${link.width}`);
  }
  const mbps = link.gbps * 1000;
  if (!(mbps >= 0 && mbps <= GBPS_MAX * 1000) || Math.abs(mbps - Math.round(mbps)) > 1e-6) {
    throw new InputError(
      `link.gbps: expected 0..${GBPS_MAX} with at most three decimals, got ${link.gbps}`,
    );
  }
  for (const [key, bytes] of [
    ['link.payloadBytes', link.payloadBytes],
    ['link.readRequestBytes', link.readRequestBytes],
  ] as const) {
    if (!TLP_BYTES.includes(bytes)) {
      throw new InputError(`${key}: expected one of ${TLP_BYTES.join(', ')}, got ${bytes}`);
    }
  }
  natural('link.requestOverheadBytes', link.requestOverheadBytes, 1024);
  natural('link.completionOverheadBytes', link.completionOverheadBytes, 1024);
  for (const [name, count] of Object.entries(credits)) natural(`credits.${name}`, count, 65_536);
  const least = link.payloadBytes / CREDIT_BYTES;
  if (credits.postedData !== 0 && credits.postedData < least) {
    throw new InputError(
      `credits.postedData: expected 0 or at least ${least}, the credits of one payload, got ${credits.postedData}`,
    );
  }
}

function timesOf(config: UnitConfig): [string, number][] {
  return [
    ['rteCache.hitCycles', config.rteCache.hitCycles],
    ['tvt.readCycles', config.tvt.readCycles],
    ['tceCache.lookupCycles', config.tceCache.lookupCycles],
    ['tceCache.responseCycles', config.tceCache.responseCycles],
    ['memory.readNs', config.memory.readNs],
    ['memory.cachedReadNs', config.memory.cachedReadNs],
    ['memory.retryNs', config.memory.retryNs],
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
