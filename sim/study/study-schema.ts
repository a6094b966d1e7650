/**
 * The published shape of a study's results, `tcesim.study/1`. The same plan gives the same bytes, on any number of
 * threads, shards and machines, stopped and resumed or not: nothing in it tells of the run.
 */

import { STUDY_SCHEMA } from '../formats.ts';
import { amount, count, ns, text } from '../results/result-fields.ts';
import { z } from '../zod.ts';

const whole = (unit: string, description: string) => count(unit, description).nullable();

const windowRecord = z
  .strictObject({
    created: z.boolean().meta({ description: 'whether the kernel made the window' }),
    call: text('the call that decided'),
    errno: text('name of the error; null: created').nullable(),
    reason: text('why not, in words').nullable(),
    order: whole('-', 'buddy order of each block of the table'),
    orderWanted: whole('-', 'of the block that could not be had; null: none was missing'),
    availableOrder: z.number().int().nullable().meta({
      description: 'largest order with a free block: then, or else before the call; -1: nothing',
    }),
    levelBytes: whole('bytes', 'of each table of a level'),
    tablesPerLevel: text('how many tables each level has when full, root first').nullable(),
    tableBytes: amount('bytes', 'that CREATE took, the mirror of userspace addresses included'),
    fullBytes: amount('bytes', 'of both with every leaf').nullable(),
    chargedBytes: amount('bytes', 'of locked memory that the process is charged'),
    leakedBytes: amount('bytes', 'of them, what stays charged for nothing'),
    attempts: count('calls', 'of CREATE by who begins here and takes a level more each time'),
    levelsGranted: whole('levels', 'that these attempts end with; null: no window'),
  })
  .meta({ title: 'What the kernel answered' });

const latency = z
  .strictObject({
    p50: ns('the value that half of them do not exceed'),
    p90: ns('the value that 90 % of them do not exceed'),
    p99: ns('the value that 99 % of them do not exceed'),
    p999: ns('the value that 99.9 % of them do not exceed'),
    max: ns('the largest'),
    mean: ns('their sum divided by their number'),
  })
  .meta({ title: 'Latency of all requests, in ns' });

const replayRecord = z
  .strictObject({
    requests: count('requests', 'TLPs'),
    hits: count('requests', 'found in the TCE cache'),
    lineHits: count('requests', 'found in the line buffer'),
    misses: count('requests', 'that fetched a TCE'),
    merged: count('requests', 'that waited for the fetch of another'),
    faults: count('requests', 'that were refused'),
    hitRate: amount('share', 'hits and lineHits of all requests'),
    missRate: amount('share', 'misses of all requests'),
    walkReads: count('reads', 'of tables'),
    readsPerRequest: amount('reads', 'walkReads divided by requests'),
    readsPerMiss: amount('reads', 'walkReads divided by misses; 0 without misses'),
    latency,
    gbps: amount('Gb/s', 'of payload that reached memory or the device'),
    simulatedNs: ns('from the first request to the end of the last'),
    kills: count('kills', 'of TCEs'),
    tableBytes: amount('bytes', 'of tables and mirrors of all windows in the end'),
    failedAllocations: count('blocks', 'of tables that could not be had'),
  })
  .meta({ title: 'What the replay measured' });

export const pointSchema = z
  .strictObject({
    name: text('axis=value for each axis'),
    seed: text("of the point: the plan's and its name"),
    values: z.record(z.string(), z.string()).meta({ description: 'its value on each axis' }),
    window: windowRecord.nullable().meta({ description: 'null: the point failed before' }),
    replay: replayRecord.nullable().meta({ description: 'null: no window, or the point failed' }),
    failed: text('why the point could not be run; null: it could').nullable(),
  })
  .meta({ title: 'A point' });

export const studySchema = z
  .strictObject({
    schema: z.literal(STUDY_SCHEMA).meta({ description: 'name of this format' }),
    version: text('version of tcesim'),
    planDigest: text('SHA-256 of the plan'),
    plan: z.record(z.string(), z.unknown()).meta({ description: 'the plan as it was understood' }),
    points: z.array(pointSchema).meta({ description: 'in the order of the plan' }),
  })
  .meta({ title: 'Results of a study' });

export type StudyResults = z.infer<typeof studySchema>;
export type PointRecord = z.infer<typeof pointSchema>;
export type WindowRecord = z.infer<typeof windowRecord>;
export type ReplayRecord = z.infer<typeof replayRecord>;
