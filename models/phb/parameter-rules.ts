/**
 * What each parameter of a TCE unit means, which values it takes, and the rule of docs/timing.md that
 * uses it. checkUnitConfig walks this table, `list parameters` and docs/parameters.md print it.
 */
import {
  type Allowed,
  also,
  choice,
  FLAG,
  lanes,
  listOf,
  oneOf,
  only,
  thousandths,
  whereFits,
  whole,
} from './allowed.ts';
import {
  CREDIT_BYTES,
  GRANULES,
  HASHES,
  HIT_UNDER_MISS,
  INVALID_PES,
  KILL_SYNCS,
  MERGES,
  REPLACEMENTS,
  TVE_SELECTS,
} from './choices.ts';
import { GBPS_MAX, LANE_MBPS } from './link-rate.ts';

/** A parameter as a reader wants to know it. */
export interface ParameterRule {
  readonly meaning: string;
  /** `-` where it has none. */
  readonly unit: string;
  readonly allowed: Allowed;
  /** Of docs/timing.md; `-`: formats and firmware, which it does not define. */
  readonly rule: string;
}

/** Fastest clock and longest single time (cycles or ns): their product stays a small integer. */
const CLOCK_MHZ_MAX = 10_000;
const TIME = whole(0, 1_000_000);
/** Page numbers are taken with 32-bit shifts. */
const PAGE_SHIFT_MAX = 31;
/** PCIe payload and read request sizes. */
const TLP_BYTES = [128, 256, 512, 1024, 2048, 4096];
const CREDITS = whole(0, 65_536, 'as many as wanted');
const CACHE = whole(0, 65_536, 'none');

function rule(meaning: string, unit: string, allowed: Allowed, number: string): ParameterRule {
  return { meaning, unit, allowed, rule: number };
}

function walkCache(level: number): ParameterRule {
  return rule(
    `cached indirect TCEs of level ${level} (1 is the one above the leaf)`,
    'TCEs',
    CACHE,
    'T18',
  );
}

/** By dotted key, in the order of the configuration. */
export const PARAMETER_RULES: Readonly<Record<string, ParameterRule>> = {
  'unit.clockMHz': rule("the unit's own clock", 'MHz', whole(1, CLOCK_MHZ_MAX), 'head'),
  'link.generation': rule(
    'PCIe generation',
    '-',
    whole(0, LANE_MBPS.length - 1, 'only link.gbps counts'),
    'T7',
  ),
  'link.width': rule('width of the link', 'lanes', lanes([1, 2, 4, 8, 12, 16, 32]), 'T7'),
  'link.gbps': rule(
    'rate in each direction, headers included',
    'Gb/s',
    thousandths(
      GBPS_MAX,
      'what generation and width give; with generation 0 the link takes no time',
    ),
    'T7',
  ),
  'link.payloadBytes': rule(
    'Max_Payload_Size, of writes and of the completions of reads',
    'bytes',
    oneOf(TLP_BYTES),
    'T4, T25',
  ),
  'link.readRequestBytes': rule('Max_Read_Request_Size', 'bytes', oneOf(TLP_BYTES), 'T4'),
  'link.requestOverheadBytes': rule(
    'bytes of a request TLP besides its payload: framing, sequence number, header, LCRC',
    'bytes',
    whole(0, 1024),
    'T7',
  ),
  'link.completionOverheadBytes': rule('the same of a completion', 'bytes', whole(0, 1024), 'T25'),
  'credits.postedHeaders': rule('writes that the PHB has room for', 'credits', CREDITS, 'T8'),
  'credits.postedData': rule(
    "room for the writes' payload",
    `${CREDIT_BYTES} bytes`,
    also(CREDITS, `otherwise at least link.payloadBytes / ${CREDIT_BYTES}`),
    'T8',
  ),
  'credits.nonPostedHeaders': rule('reads that the PHB has room for', 'credits', CREDITS, 'T8'),
  'pe.count': rule('PEs of the PHB', 'PEs', whole(1, 512), 'T12'),
  'pe.tvesPerPe': rule('windows of a PE', 'TVEs', only(2), 'T12'),
  'pe.tveSelect': rule(
    'what selects the TVE',
    '-',
    choice(TVE_SELECTS, {
      bit59: 'address bit 59',
      gte4gb: 'whether the address is 4 GiB or more',
    }),
    'T12',
  ),
  pageShifts: rule(
    'IO page sizes that the PHB translates',
    'log2 bytes',
    listOf(12, PAGE_SHIFT_MAX),
    '-',
  ),
  'rteCache.entries': rule('RIDs whose PE# is cached', 'RTEs', whole(1, 65_536), 'T11'),
  'rteCache.hitCycles': rule('from the arrival of a request to its PE#', 'cycles', TIME, 'T11'),
  'rteCache.invalidPe': rule(
    'what becomes of a RID whose PE# the PHB does not have',
    '-',
    choice(INVALID_PES, { refuse: 'bad-rte', wrap: 'modulo pe.count' }),
    'T12',
  ),
  'tvt.readCycles': rule('reading the TVE', 'cycles', TIME, 'T12'),
  'tceCache.entries': rule('entries of the TCE cache', 'entries', whole(1, 1 << 20), 'T13'),
  'tceCache.ways': rule(
    'entries of a set',
    'entries',
    whereFits('a divisor of tceCache.entries; as many: fully associative'),
    'T13',
  ),
  'tceCache.hash': rule(
    'set of a page',
    '-',
    choice(HASHES, {
      plain: 'page mod sets',
      xor: 'bits of page and PE# XORed, sets a power of two',
    }),
    'T13',
  ),
  'tceCache.replacement': rule(
    'entry that makes room',
    '-',
    choice(REPLACEMENTS, {
      lru: 'used longest ago',
      fifo: 'filled longest ago',
      plru: 'binary tree, 1, 2, 4 .. 32 ways',
      random: 'drawn, seeded',
      belady: 'next use furthest, a bound that no hardware reaches',
    }),
    'T13',
  ),
  'tceCache.granule': rule(
    'what an entry holds',
    '-',
    choice(GRANULES, { entry: 'one TCE', line: 'the 16 TCEs of a 128-byte line' }),
    'T13',
  ),
  'tceCache.lookupCycles': rule('lookup', 'cycles', TIME, 'T13'),
  'tceCache.responseCycles': rule(
    "from a read's data to the use of the TCE: response queue, check, fill",
    'cycles',
    TIME,
    'T18',
  ),
  'tceCache.negative': rule('whether TCEs that refuse are kept', '-', FLAG, 'T22'),
  'tceCache.hitUnderMiss': rule(
    'who is looked up while a TCE is on its way for an earlier request',
    '-',
    choice(HIT_UNDER_MISS, { always: 'everybody', 'other-pes': 'other PEs', never: 'nobody' }),
    'T13',
  ),
  'lineBuffer.entries': rule('fetched lines of 16 TCEs that are kept', 'lines', CACHE, 'T15'),
  'walkCache.level1': walkCache(1),
  'walkCache.level2': walkCache(2),
  'walkCache.level3': walkCache(3),
  'walkCache.level4': walkCache(4),
  'tags.count': rule('TCE fetches in flight', 'fetches', whole(1, 4096), 'T17'),
  'tags.merge': rule(
    'fetches in flight that a request may wait for instead of its own',
    '-',
    choice(MERGES, { none: 'none of them', entry: 'of its TCE', line: 'of its line' }),
    'T14 to T16',
  ),
  'walkers.count': rule(
    'walks that read at the same time, one read each',
    'walks',
    whole(0, 4096, 'as many as tags'),
    'T17',
  ),
  'memory.readNs': rule('a read of memory', 'ns', TIME, 'T19'),
  'memory.cachedReadNs': rule("a read of a line in the host's caches", 'ns', TIME, 'T19'),
  'memory.cachedLines': rule(
    "128-byte lines of tables in the host's caches",
    'lines',
    also(whole(0, 1 << 24, 'none'), 'otherwise a power of two'),
    'T19',
  ),
  'memory.remoteShare': rule(
    'share of lines whose reads are retried at a wider scope',
    '%',
    whole(0, 100),
    'T20',
  ),
  'memory.retryNs': rule('what that takes', 'ns', TIME, 'T20'),
  'dma.readNs': rule('fetching a line of data', 'ns', TIME, 'T24'),
  'dma.writeNs': rule('a write from when it is handed on until it is complete', 'ns', TIME, 'T23'),
  'dma.readEngines': rule(
    'lines of data that are fetched at the same time',
    'lines',
    whole(0, 4096, 'as many as wanted'),
    'T24',
  ),
  'kill.allCycles': rule('a kill of everything holds the lookup stage', 'cycles', TIME, 'T27'),
  'kill.peCycles': rule('a kill of a PE holds it', 'cycles', TIME, 'T27'),
  'kill.pageCycles': rule('a kill of a page holds it', 'cycles', TIME, 'T27'),
  'kill.queueDepth': rule(
    'kills on their way before software must poll',
    'kills',
    whole(0, 4096, 'as many as come'),
    'T26',
  ),
  'kill.dropWhenFull': rule(
    'HW560152: whether a page kill that finds the queue full is lost',
    '-',
    FLAG,
    'T26',
  ),
  'kill.sync': rule(
    'what software waits for after a kill',
    '-',
    choice(KILL_SYNCS, {
      none: 'that it is retired',
      reads: 'also the data of the reads before it',
      all: 'also the writes before it',
    }),
    'T29',
  ),
  'kill.dropsWalkCaches': rule('whether a kill empties the walk caches', '-', FLAG, 'T27'),
  'kill.escalatePageKill': rule(
    'whether firmware turns page kills into PE kills',
    '-',
    FLAG,
    'T28',
  ),
  'fault.freezesPe': rule('whether a fault freezes its PE', '-', FLAG, 'T31'),
  'msi.window32': rule(
    'whether the 64 KiB just below 4 GiB are MSI (PHBn_CONFIG[8])',
    '-',
    FLAG,
    'T12',
  ),
  'msi.window64': rule(
    'whether addresses with bits 63:60 = 1 are MSI (PHBn_CONFIG[14])',
    '-',
    FLAG,
    'T12',
  ),
};
