/**
 * The published shape of a result, `tcesim.result/1`. All of it but `host` is the same bytes on every
 * run, machine and number of threads.
 */
import { z } from '../zod.ts';

export const RESULT_SCHEMA = 'tcesim.result/1';

const count = z.number().int().min(0);
const bytes = z.number().min(0);
const ns = z.number().min(0).describe('nanoseconds of simulated time');

const figures = z.strictObject({
  p50: ns,
  p90: ns,
  p99: ns,
  p999: ns.describe('99.9th percentile'),
  max: ns,
  mean: ns,
});

const parts = z.strictObject({
  admission: figures,
  rte: figures,
  tve: figures,
  lookup: figures,
  tagWait: figures,
  walk: figures,
  mergeWait: figures,
  orderWait: figures,
  dma: figures,
});

const partMeans = z.record(z.string(), ns).describe('mean of each part over all requests');

const counters = {
  requests: count.describe('sum of the outcomes that follow'),
  hits: count,
  misses: count,
  merged: count.describe('requests that waited for a TCE on its way'),
  bypassed: count.describe('requests of untranslated windows'),
  msi: count.describe('message interrupts, which are no memory access'),
  faults: count,
  bytes: count,
};

const window = z.strictObject({
  phb: count,
  pe: count,
  tve: z.string().describe('the TVE as a 64-bit word'),
  kind: z.string(),
  busAddress: z.string(),
  levels: count,
  pageBytes: count,
  tableBytes: count.describe('bytes of each level'),
  reachBytes: bytes.describe('what the tables or the range cover'),
  reason: z.string().describe('why the TVE is invalid, else empty'),
  ...counters,
  latency: figures,
  parts: partMeans,
});

const pe = z.strictObject({
  phb: count,
  pe: count,
  ...counters,
  latency: figures,
  parts: partMeans,
});

const allocatedWindow = z.strictObject({
  phb: count,
  pe: count,
  busAddress: z.string(),
  requestedBytes: bytes,
  effectiveBytes: bytes,
  pageBytes: count,
  levels: count,
  order: count.describe('buddy order of each table block'),
  blockBytes: count,
  hardwareBlocks: count,
  mirrorBlocks: count,
  allocatedBytes: bytes.describe('both trees as they are'),
  fullBytes: bytes.describe('both trees with every leaf'),
  lockedBytes: bytes,
});

const failedAllocation = z.strictObject({
  phb: count,
  pe: count,
  call: z.string(),
  tree: z.string(),
  order: count,
  bytes,
  largestFreeOrder: z.number().int().describe('-1: nothing at all was free'),
  orderMax: count.describe('largest order that the kernel has'),
  freeBytes: bytes,
});

const call = z.strictObject({
  phb: count,
  call: z.string(),
  answer: z.string(),
  count,
  reason: z.string(),
});

const parameter = z.strictObject({ key: z.string(), value: z.unknown(), source: z.string() });

export const resultSchema = z.strictObject({
  schema: z.literal(RESULT_SCHEMA),
  version: z.string().describe('of tcesim'),
  isComplete: z.boolean().describe('false when the run was stopped before the trace ended'),
  scenario: z.record(z.string(), z.unknown()).describe('what was simulated, as resolved'),
  rows: count.describe('rows of the trace'),
  dmas: count.describe('rows that are DMAs; a request is at most 4 KiB of one'),
  replacedRows: count.describe("rows that make windows, left out because the user's replace them"),
  skipped: z
    .strictObject({ lines: count, first: z.array(z.string()).describe('damaged lines') })
    .describe('lines of an imported source that gave no row'),
  ...counters,
  faultsByKind: z.record(z.string(), count),
  firstFaults: z
    .array(z.strictObject({ kind: z.string(), phb: count, rid: z.string(), address: z.string() }))
    .describe('the first request of each PHB that was refused for each reason'),
  agreed: count.describe('requests whose recorded real address was found'),
  differed: count.describe('requests whose recorded real address was not'),
  walkReads: z.array(count).describe('table reads by level, the leaf first'),
  walkCacheHits: z.array(count).describe('by level'),
  memoryReads: z.strictObject({ cached: count, uncached: count }),
  rteMisses: count,
  simulatedNs: ns.describe('until the last request of the slowest PHB was done'),
  latency: z.strictObject({ unit: z.literal('ns'), ...figures.shape, parts }),
  kills: z.strictObject({
    all: count,
    pe: count,
    page: count,
    ignored: count.describe('register values that name nothing'),
    droppedEntries: count,
    heldNs: ns.describe('time for which kills held the lookup stages, over all PHBs'),
    heldShare: z.number().describe('of the simulated time of all PHBs'),
  }),
  noWindow: z
    .strictObject(counters)
    .describe('requests that reached no window; with all windows, all requests'),
  windows: z.array(window),
  pes: z.array(pe),
  tables: z.strictObject({
    touchedBytes: count.describe('simulated memory that holds tables, in 64 KiB frames'),
    stores: count.describe('TCEs that the trace stored by itself'),
    windows: z.array(allocatedWindow),
    failedAllocations: z.array(failedAllocation),
    failedAllocationCount: count,
    calls: z.array(call),
  }),
  assumed: z.array(parameter).describe('parameters that nobody has published'),
  inferred: z.array(parameter),
  chosen: z.array(parameter).describe('parameters that the user set'),
  host: z
    .strictObject({
      threads: count,
      wallSeconds: z.number(),
      cpuSeconds: z.number(),
      requestsPerCpuSecond: z.number(),
      peakMemoryBytes: count,
      node: z.string(),
    })
    .describe('of the machine that simulated; all else is the same every time'),
});

export type Result = z.infer<typeof resultSchema>;
