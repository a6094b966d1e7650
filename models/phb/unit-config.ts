/**
 * The parameters of one PHB's TCE unit, as plain values. The keys are those of `--set` and of a
 * scenario's `set:`; a preset (phb3.ts, phb4.ts, phb5.ts) gives each of them with its origin.
 * Times that belong to the unit are in its clock cycles, times of the memory behind it in ns.
 */
import { InputError } from '../input-error.ts';
import {
  CREDIT_BYTES,
  type GRANULES,
  type HASHES,
  type HIT_UNDER_MISS,
  type INVALID_PES,
  type KILL_SYNCS,
  type MERGES,
  type REPLACEMENTS,
  type TVE_SELECTS,
} from './choices.ts';
import { PARAMETER_RULES } from './parameter-rules.ts';

/** Keys of the numbers that need not be whole. */
export const DECIMAL_KEYS: readonly string[] = ['link.gbps'];

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
  for (const [key, { allowed }] of Object.entries(PARAMETER_RULES)) {
    const refusal = allowed.refusalOf(valueAt(config, key));
    if (refusal !== undefined) throw new InputError(`${key}: ${refusal}`);
  }
  checkSets(config.tceCache);
  checkCredits(config);
  const { cachedLines } = config.memory;
  if ((cachedLines & (cachedLines - 1)) !== 0) {
    throw new InputError(`memory.cachedLines: expected 0 or a power of two, got ${cachedLines}`);
  }
}

function valueAt(config: UnitConfig, key: string): unknown {
  const [group, name] = key.split('.');
  const values: unknown = config[group as keyof UnitConfig];
  return name === undefined ? values : (values as Readonly<Record<string, unknown>>)[name];
}

function checkSets({ entries, ways, hash, replacement }: UnitConfig['tceCache']): void {
  if (!Number.isInteger(ways) || ways < 1 || entries % ways !== 0) {
    throw new InputError(
      `tceCache.ways: expected a divisor of ${entries} (tceCache.entries), got ${ways}`,
    );
  }
  const sets = entries / ways;
  if (hash === 'xor' && (sets & (sets - 1)) !== 0) {
    throw new InputError(
      `tceCache.hash: xor wants a power of two of sets, got ${sets} (${entries} entries / ${ways} ways)`,
    );
  }
  if (replacement === 'plru' && ((ways & (ways - 1)) !== 0 || ways > 32)) {
    throw new InputError(`tceCache.replacement: plru wants 1, 2, 4 .. 32 ways, got ${ways}`);
  }
}

/** A write of the largest payload must fit, or it would wait forever. */
function checkCredits({ link, credits }: UnitConfig): void {
  const least = link.payloadBytes / CREDIT_BYTES;
  if (credits.postedData !== 0 && credits.postedData < least) {
    throw new InputError(
      `credits.postedData: expected 0 or at least ${least}, the credits of one payload, got ${credits.postedData}`,
    );
  }
}
