/**
 * Fields of a result's schema. Each says what it is, its unit and the rule of docs/timing.md that it
 * follows; docs/counters.md is made of that. An object with a title is a kind of its own, described once.
 */
import { PARTS, type PartName } from '../unit/books/parts.ts';
import { z } from '../zod.ts';

/** What is known of a field besides its type. */
export interface FieldFacts {
  readonly unit?: string;
  readonly rule?: string;
}

/** A count of something. */
export function count(unit: string, description: string, rule = '-') {
  return z.number().int().min(0).meta({ unit, rule, description });
}

/** An amount that need not be whole, or is too large to be exact. */
export function amount(unit: string, description: string, rule = '-') {
  return z.number().min(0).meta({ unit, rule, description });
}

/** Nanoseconds of simulated time. */
export function ns(description: string, rule = '-') {
  return amount('ns', description, rule);
}

/** Words, or a number of 64 bits as hexadecimal digits. */
export function text(description: string, rule = '-') {
  return z.string().meta({ unit: 'text', rule, description });
}

/** What percentiles and the like stand under; times are told by them without further mention. */
export const FIGURES_TITLE = 'Figures of a time';

const figureShape = {
  p50: ns('the value that half of them do not exceed; up to 0.1 % too large above 2047 cycles'),
  p90: ns('the value that 90 % of them do not exceed'),
  p99: ns('the value that 99 % of them do not exceed'),
  p999: ns('the value that 99.9 % of them do not exceed'),
  max: ns('the largest, exactly'),
  mean: ns('their sum, exactly, divided by their number'),
};

const figuresKind = z.strictObject(figureShape).meta({ title: FIGURES_TITLE });
/** Figures of a time, as `countedFigures` makes them. */
export const countedKind = z
  .strictObject({ ...figureShape, count: count('-', 'how many they are') })
  .meta({ title: FIGURES_TITLE });

/** Percentiles, largest value and mean. */
function figures(description: string, rule = '-') {
  return figuresKind.meta({ unit: 'ns', rule, description });
}

/** Figures, and of how many times they are. */
export function countedFigures(description: string, rule = '-') {
  return countedKind.meta({ unit: 'ns', rule, description });
}

/** What each part of a latency measures, and the rule that defines it. */
const PART_FIELDS: Readonly<Record<PartName, readonly [description: string, rule: string]>> = {
  creditWait: ['waiting at the port for flow-control credits', 'T8'],
  link: [
    'waiting for the link, and on it, from arrival until received; also behind a TLP that lacks credits',
    'T7, T8',
  ],
  admission: [
    'waiting in front of the RTE and lookup stages, one request a cycle, while those in front read RTEs, wait for tags or misses (tceCache.hitUnderMiss), or kill',
    'T9, T10, T13',
  ],
  rte: ['RID to PE#: the RTE cache, and the read of the RTT if it missed', 'T11'],
  tve: ['reading the TVE', 'T12'],
  lookup: ['looking in the TCE cache', 'T13'],
  tagWait: ['a miss waiting for a free tag', 'T17'],
  walkerWait: ['a miss with a tag waiting for a free walker', 'T17'],
  walk: ['the reads of the table by which a miss fetches its TCE', 'T18 to T20'],
  mergeWait: ['a merged request waiting for the fetch of another', 'T14 to T16'],
  orderWait: ['a write waiting for the writes of its PE before it', 'T23'],
  engineWait: ['a read waiting until its last line has a read engine', 'T24'],
  dma: ['the access to memory itself', 'T23, T24'],
  completion: ['the data of a read waiting for the link back, and on it', 'T25'],
};

/** A schema for each part of a latency. */
function byPart<Schema>(of: (description: string, rule: string) => Schema) {
  const entries = PARTS.map((name) => [name, of(...PART_FIELDS[name])]);
  return Object.fromEntries(entries) as Record<PartName, Schema>;
}

/** Each part of the latency of all requests. */
export const partFigures = z.strictObject(byPart(figures)).meta({
  title: 'Parts of a latency',
  unit: 'ns',
  description: 'each part over all requests, those that spent nothing in it included',
});

/** Means of the parts, which add up to the mean latency. */
export const partMeans = z.record(z.enum(PARTS), z.number().min(0)).meta({
  unit: 'ns',
  rule: 'T25',
  description: 'mean of each part over its requests; they add up to the mean latency',
});

/** The latency of some requests. */
export const latency = z
  .strictObject({
    ...figureShape,
    reads: countedFigures('of the reads among them'),
    writes: countedFigures('of the writes among them'),
  })
  .meta({ title: 'Latencies', unit: 'ns', rule: 'T25' });

/** What became of requests: of a whole run, a PE, a window. */
export const counters = {
  requests: count('requests', 'TLPs; the sum of the outcomes from hits to dropped', 'T4, T21'),
  hits: count('requests', 'found in the TCE cache at lookup, with the TCE arrived', 'T14'),
  lineHits: count('requests', 'found in the line buffer, and not in the TCE cache', 'T15'),
  misses: count('requests', 'fetched a TCE, with a tag and a walk of their own', 'T17'),
  merged: count('requests', 'waited for a TCE that another request is fetching', 'T14 to T16'),
  bypassed: count('requests', 'passed through an untranslated window', 'T12'),
  msi: count('requests', 'message interrupts, which are no access to memory', 'T12'),
  faults: count(
    'requests',
    'refused, and counted as no hit, miss or merged; faultsByKind tells why',
    'T12, T22',
  ),
  dropped: z
    .strictObject({
      frozen: count('requests', 'dropped unseen while their PE was frozen', 'T31, T32'),
      fenced: count('requests', 'dropped unseen while the PHB was fenced', 'T33'),
    })
    .meta({ description: 'requests that were dropped unseen' }),
  readBytes: count('bytes', 'asked for by reads, refused ones included', 'T4'),
  writtenBytes: count('bytes', 'in the payload of writes, refused ones included', 'T4'),
};
