/**
 * The published shape of a result, `tcesim.result/2`. All of it but `host` is the same bytes on every
 * run, machine and number of threads. docs/counters.md lists it, field by field.
 */
import { RESULT_SCHEMA } from '../formats.ts';
import { z } from '../zod.ts';
import {
  amount,
  count,
  countedFigures,
  counters,
  latency,
  ns,
  partFigures,
  partMeans,
  text,
} from './result-fields.ts';

const where = { phb: count('-', 'number of the PHB'), pe: count('-', 'PE#') };

const linkRates = {
  gbps: amount('Gb/s', 'bytes over simulatedNs'),
  share: amount(
    'share',
    'of what the links can carry in simulatedNs; null: they take no time',
  ).nullable(),
};

const traffic = {
  ...counters,
  latency: latency.meta({ description: 'completion minus arrival, of its requests' }),
  parts: partMeans,
};

const window = z
  .strictObject({
    ...where,
    tve: text('the TVE as a 64-bit word', 'T12'),
    kind: text('translated, bypass, unchecked or invalid', 'T12'),
    busAddress: text('first bus address'),
    levels: count('levels', 'of its table; 0 for an untranslated window', 'T18'),
    pageBytes: count('bytes', 'of an IO page; 0 for an untranslated window', 'T13'),
    tableBytes: count('bytes', 'of the table of each level'),
    reachBytes: amount('bytes', 'what the tables or the range cover', 'T12'),
    reason: text('why the TVE is invalid, else empty', 'T12'),
    ...traffic,
  })
  .meta({ title: 'A DMA window' });

const pe = z.strictObject({ ...where, ...traffic }).meta({ title: 'A PE, the sum of its windows' });

const kills = z
  .strictObject({
    all: count('kills', 'of the whole cache', 'T27'),
    pe: count('kills', 'of a PE', 'T27'),
    page: count('kills', 'of a page', 'T27'),
    ignored: count('kills', 'register values that name nothing', 'T27'),
    lost: count('kills', 'of a page that found the queue full and were lost', 'T26'),
    staleUses: count(
      'requests',
      'answered with a translation that memory no longer held; 0 unless kill.dropWhenFull',
      'T29',
    ),
    droppedEntries: count('entries', 'of TCE caches that kills dropped', 'T27'),
    polls: count('kills', 'that found the queue full, so that software polled', 'T26'),
    pollNs: ns('time for which software polled for room in the queue', 'T26'),
    heldNs: ns('time for which kills held the lookup stages, over all PHBs', 'T27'),
    heldShare: amount(
      'share',
      'heldNs divided by the sum of the times that each PHB was simulated for',
    ),
    completion: countedFigures('from the arrival of a kill until it is complete', 'T29'),
    staleWindow: countedFigures(
      'from the arrival of a kill until no old translation of its scope is in use',
      'T29',
    ),
  })
  .meta({ title: 'TCE kills' });

const upstream = z
  .strictObject({
    payloadBytes: count('bytes', 'of writes that reached memory', 'T4'),
    bytes: count('bytes', 'of all requests, refused ones included, with headers', 'T7'),
    ...linkRates,
  })
  .meta({ title: 'Upstream' });

const downstream = z
  .strictObject({
    payloadBytes: count('bytes', 'of reads that reached memory', 'T4'),
    bytes: count('bytes', 'of their completions, with headers', 'T25'),
    ...linkRates,
  })
  .meta({ title: 'Downstream' });

const link = z
  .strictObject({
    links: count('links', 'one a PHB'),
    gbps: amount('Gb/s', 'that one link carries in each direction; 0: it takes no time', 'T7'),
    upstream: upstream.meta({ description: 'to the PHBs' }),
    downstream: downstream.meta({ description: 'to the devices' }),
  })
  .meta({ title: 'Link traffic' });

const freeze = z
  .strictObject({
    ...where,
    cause: text('kind of the fault, software, or pelt-v for the neighbour of a PE', 'T31, T32'),
    rid: text('of the request whose fault froze it').nullable(),
    address: text('bus address of that request').nullable(),
    pest0: text('first word of the PEST entry').nullable(),
    pest1: text('second word of the PEST entry').nullable(),
    fromNs: ns('when it froze', 'T31'),
    untilNs: ns('when it was unfrozen; null: never', 'T32').nullable(),
  })
  .meta({ title: 'A freeze' });

const fence = z
  .strictObject({
    phb: where.phb,
    fromNs: ns('when the PHB was fenced', 'T33'),
    untilNs: ns('when it was reset; null: never', 'T33').nullable(),
  })
  .meta({ title: 'A fence' });

const allocatedWindow = z
  .strictObject({
    ...where,
    busAddress: text('first bus address'),
    requestedBytes: amount('bytes', 'size that software asked for'),
    effectiveBytes: amount('bytes', 'size that the kernel made of it'),
    pageBytes: count('bytes', 'of an IO page'),
    levels: count('levels', 'of the table'),
    order: count('-', 'buddy order of each block of the table'),
    blockBytes: count('bytes', 'of such a block'),
    hardwareBlocks: count('blocks', 'of the table that the PHB walks'),
    mirrorBlocks: count('blocks', "of the kernel's mirror of userspace addresses"),
    allocatedBytes: amount('bytes', 'of both as they are'),
    fullBytes: amount('bytes', 'of both with every leaf'),
    lockedBytes: amount('bytes', 'charged to the locked memory of the process'),
  })
  .meta({ title: 'Tables of a window' });

const failedAllocation = z
  .strictObject({
    ...where,
    call: text('the VFIO call that wanted it'),
    tree: text('hardware or mirror'),
    order: count('-', 'buddy order that was wanted'),
    bytes: amount('bytes', 'that were wanted'),
    largestFreeOrder: z
      .number()
      .int()
      .meta({ unit: '-', description: 'largest order that was free; -1: nothing at all' }),
    orderMax: count('-', 'largest order that the kernel has'),
    freeBytes: amount('bytes', 'free in all orders together'),
  })
  .meta({ title: 'A failed allocation' });

const blocksByOrder = (when: string) =>
  z
    .array(z.number().int().min(0))
    .meta({ unit: 'blocks', description: `${when}, by buddy order, as /proc/buddyinfo has them` });

const nodeMemory = z
  .strictObject({
    phb: where.phb,
    pageBytes: count('bytes', 'of a block of order 0'),
    freeBefore: blocksByOrder('free before the first table'),
    freeAfter: blocksByOrder('free at the end'),
  })
  .meta({ title: 'Memory of the node of a PHB' });

const call = z
  .strictObject({
    phb: where.phb,
    call: text('name of the call'),
    answer: text('ok, or the name of the error'),
    count: count('calls', 'that were answered so'),
    reason: text('the first reason for an error, in words'),
  })
  .meta({ title: 'Calls of software' });

const tables = z
  .strictObject({
    touchedBytes: count('bytes', 'of simulated memory that hold tables and RTTs, in 64 KiB frames'),
    stores: count('TCEs', 'that the trace stored by itself', 'T34'),
    windows: z.array(allocatedWindow).meta({ description: 'windows that the kernel made' }),
    failedAllocations: z.array(failedAllocation).meta({ description: 'the first of them' }),
    failedAllocationCount: count('blocks', 'of tables that could not be had'),
    memory: z.array(nodeMemory).meta({ description: 'free memory of the nodes' }),
    calls: z.array(call).meta({ description: 'calls by answer' }),
  })
  .meta({ title: 'Table memory' });

const parameters = z
  .array(
    z
      .strictObject({
        key: text('as --set takes it'),
        value: z.unknown().meta({ unit: '-', description: 'its value' }),
        source: text('where the value comes from'),
      })
      .meta({ title: 'A parameter' }),
  )
  .meta({ unit: '-' });

const host = z
  .strictObject({
    threads: count('threads', 'that replayed'),
    slices: count('slices', 'of the trace that were replayed at the same time, a thread each'),
    rerun: count('slices', 'that began with a wrong guess at the state, and were replayed again'),
    wallSeconds: amount('s', 'from the start of the replay to its end'),
    cpuSeconds: amount('s', 'of all threads; null: a browser does not tell').nullable(),
    requestsPerCpuSecond: amount('requests/s', 'requests divided by cpuSeconds').nullable(),
    peakMemoryBytes: count('bytes', 'of the process; null: a browser does not tell').nullable(),
    node: text('version of Node.js; null: a browser ran it').nullable(),
  })
  .meta({ title: 'The machine that simulated' });

const firstFault = z
  .strictObject({
    kind: text('of the fault', 'T12, T22'),
    phb: where.phb,
    rid: text('of the request'),
    address: text('bus address of the request'),
  })
  .meta({ title: 'A first fault' });

export const resultSchema = z
  .strictObject({
    schema: z.literal(RESULT_SCHEMA).meta({ unit: 'text', description: 'name of this format' }),
    version: text('version of tcesim'),
    isComplete: z
      .boolean()
      .meta({ unit: '-', description: 'false when the run was stopped before the trace ended' }),
    scenario: z
      .record(z.string(), z.unknown())
      .meta({ unit: '-', description: 'what was simulated, as resolved' }),
    rows: count('rows', 'of the trace'),
    dmas: count('rows', 'that are DMAs; each is cut into requests', 'T4'),
    replacedRows: count('rows', "that make windows, left out for the user's own windows", 'T35'),
    skipped: z
      .strictObject({
        lines: count('lines', 'of an imported source that gave no row'),
        first: z.array(z.string()).meta({ unit: 'text', description: 'the first damaged lines' }),
      })
      .meta({ description: 'what of the source was not replayed' }),
    ...counters,
    faultsByKind: z
      .record(z.string(), z.number().int().min(0))
      .meta({ unit: 'requests', rule: 'T12, T22', description: 'faults by reason' }),
    firstFaults: z
      .array(firstFault)
      .meta({ description: 'the first request of each PHB that was refused for each reason' }),
    agreed: count('expectations', 'recorded real addresses, or refusals, that were found'),
    differed: count('expectations', 'recorded ones that were not found'),
    notCompared: count('expectations', 'recorded ones whose request was frozen or fenced'),
    walkReads: z
      .array(z.number().int().min(0))
      .meta({ unit: 'reads', rule: 'T18', description: 'by level, leaf first: reads of tables' }),
    walkCacheHits: z.array(z.number().int().min(0)).meta({
      unit: 'walks',
      rule: 'T18',
      description: 'by level, leaf first: walks that began behind it',
    }),
    memoryReads: z
      .strictObject({
        cached: count('reads', "of tables whose line the host's caches hold", 'T19'),
        uncached: count('reads', 'of tables and RTTs that went to memory', 'T19'),
      })
      .meta({ description: 'reads by where they found their line' }),
    rteMisses: count('requests', 'whose RID the RTE cache lacked', 'T11'),
    stalls: count('requests', 'arrived late, the unit being half a second behind', 'T6'),
    cutWaits: count('waits', 'for link or read engine, cut at half a second', 'T6'),
    simulatedNs: ns(
      'until the last request of the slowest PHB is complete and its last kill retired',
      'T29',
    ),
    link: link.meta({ description: 'traffic of the links of all PHBs together' }),
    latency: latency
      .extend({
        unit: z.literal('ns').meta({ unit: 'text', description: 'of all times here' }),
        parts: partFigures,
      })
      .strict()
      .meta({
        title: 'Latencies',
        unit: 'ns',
        rule: 'T25',
        description: 'completion minus arrival, of all requests',
      }),
    kills: kills.meta({ description: 'kills that were executed, and what they took' }),
    freezes: z
      .strictObject({
        count: count('freezes', 'of PEs', 'T31'),
        list: z.array(freeze).meta({ description: 'the first of each PHB' }),
      })
      .meta({ description: 'of PEs' }),
    fences: z.array(fence).meta({ description: 'every fence' }),
    noWindow: z
      .strictObject(counters)
      .meta({ title: 'No window', description: 'requests that reached no window' }),
    windows: z.array(window).meta({ description: 'DMA windows' }),
    pes: z.array(pe).meta({ description: 'PEs that had a window' }),
    tables: tables.meta({ description: "the tables' memory" }),
    assumed: parameters.meta({ description: 'parameters that nobody has published' }),
    inferred: parameters.meta({ description: 'parameters that follow from what is published' }),
    chosen: parameters.meta({ description: 'parameters that the user set' }),
    host: host.meta({ description: 'all else is the same every time' }),
  })
  .meta({ title: 'A result' });

export type Result = z.infer<typeof resultSchema>;
