/** The words of a plan: the keys of its file, or of a program's object, and the plan that they are. */
import { InputError } from '../../models/input-error.ts';
import { parseSize } from '../../models/size.ts';
import type { Form } from '../form.ts';
import { z } from '../zod.ts';
import { isAxis } from './axis.ts';
import type { HostChoice } from './host-choice.ts';
import type { WrittenPlan } from './plan.ts';
import type { TraceChoice } from './trace-choice.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'expected a plain value' });
const values = z.union([scalar, z.array(scalar)], {
  error: 'expected a value or a list of values',
});

const trace = z.strictObject({
  generator: z.string().optional().describe('one of `tcesim list generators`'),
  set: z
    .record(z.string(), scalar)
    .optional()
    .describe('its parameters; $axis: the value of a point'),
  file: z.string().optional().describe('instead: a trace or log, relative to this file'),
  dmaOnly: z.boolean().optional().describe('leave out rows that map pages or make windows'),
  map: z.string().optional().describe('none, touched or all; an axis of that name goes first'),
  pace: z.string().optional().describe('as run --pace; an axis of that name goes first'),
});

const host = z.strictObject({
  past: z.string().optional().describe('fresh, pinned, churn or aged; see tcesim buddy --generate'),
  set: z.record(z.string(), scalar).optional().describe('its parameters'),
  buddyinfo: z
    .string()
    .optional()
    .describe('instead: a copy of /proc/buddyinfo, relative to this file'),
});

const threshold = z.union(
  [
    z.string(),
    z.strictObject({
      threshold: z.string().describe('as p99 <= +5%'),
      where: z.record(z.string(), values).describe('values of axes: it holds for these points'),
    }),
  ],
  { error: "expected 'p99 <= 900ns', or { threshold: 'p99 <= +5%', where: { levels: 2 } }" },
);

/** The keys of a plan. */
export const planSchema = z.strictObject({
  title: z.string().optional().describe('what the study asks'),
  seed: scalar.optional().describe('of everything random'),
  requests: scalar.optional().describe('DMA requests of each generated trace (20000)'),
  vary: z
    .record(z.string(), values)
    .describe('axes and their values: 2, [1, 3], 1..5, 2G..64T (doubling), 64..4096*4'),
  traces: z.record(z.string(), trace).optional().describe('traces by the names that vary has'),
  hosts: z.record(z.string(), host).optional().describe('hosts by the names that vary has'),
  thresholds: z
    .array(threshold)
    .optional()
    .describe('what compare holds: p99 <= 900ns, hitRate >= 0.98, against the base p99 <= +5%'),
});

export type PlanWords = z.infer<typeof planSchema>;

const SHAPES: Readonly<Record<string, string[]>> = {
  traces: Object.keys(trace.shape),
  hosts: Object.keys(host.shape),
};

export const planForm: Form<typeof planSchema> = {
  schema: planSchema,
  homeOf: (key) => (isAxis(key) ? 'vary' : undefined),
  keysBehind: ([first]) => SHAPES[first] ?? Object.keys(planSchema.shape),
};

/** The plan of words that have the form. Throws InputError with the key, whose place is `place`. */
export function writtenPlan(
  { title, seed, requests, vary, traces = {}, hosts = {}, thresholds }: PlanWords,
  { place, fileAt }: Pick<WrittenPlan, 'place' | 'fileAt'>,
): WrittenPlan {
  return {
    ...(title !== undefined && { title }),
    ...(seed !== undefined && { seed: String(seed) }),
    ...(requests !== undefined && { requests: String(requests) }),
    vary: new Map(
      Object.entries(vary).map(([name, given]) => [name, piecesOf(name, given, place)]),
    ),
    traces: mapEntries(traces, (_, each) => traceOf(each, fileAt)),
    hosts: mapEntries(hosts, (name, each) => hostOf(each, fileAt, place(['hosts', name]))),
    ...(thresholds !== undefined && { thresholds: thresholds.map(thresholdText) }),
    place,
    fileAt,
  };
}

/** A threshold on one line, as --threshold takes it. */
function thresholdText(given: z.infer<typeof threshold>): string {
  if (typeof given === 'string') return given;
  const where = Object.entries(given.where).map(([axis, of]) => `${axis}=${[of].flat().join()}`);
  return [given.threshold, ...(where.length === 0 ? [] : ['where', ...where])].join(' ');
}

/** YAML reads 6.10 as the number 6.1. */
function piecesOf(
  name: string,
  given: z.infer<typeof values>,
  placeOf: WrittenPlan['place'],
): string[] {
  const pieces = Array.isArray(given) ? given : [given];
  if (name === 'kernel' && pieces.some((piece) => typeof piece !== 'string')) {
    throw new InputError(`${placeOf(['vary', name])}: expected a name in quotes, as '6.12-64k'`);
  }
  return pieces.map(String);
}

function traceOf(
  { generator, set, file, dmaOnly, map, pace }: z.infer<typeof trace>,
  fileAt: (name: string) => string,
): TraceChoice {
  return {
    ...(generator !== undefined && { generator }),
    ...(set !== undefined && { set: mapEntries(set, (_, value) => String(value)) }),
    ...(file !== undefined && { file: fileAt(file) }),
    ...(dmaOnly !== undefined && { dmaOnly }),
    ...(map !== undefined && { map }),
    ...(pace !== undefined && { pace }),
  };
}

function hostOf(
  { past, set, buddyinfo }: z.infer<typeof host>,
  fileAt: (name: string) => string,
  what: string,
): HostChoice {
  if ((past === undefined) === (buddyinfo === undefined)) {
    throw new InputError(`${what}: expected a past or a buddyinfo file`);
  }
  const number = (name: string, value: unknown) =>
    typeof value === 'number' ? value : Number(parseSize(String(value), `${what}.set.${name}`));
  return {
    ...(past !== undefined && { past }),
    ...(set !== undefined && { set: mapEntries(set, number) }),
    ...(buddyinfo !== undefined && { buddyinfo: fileAt(buddyinfo) }),
  };
}

function mapEntries<From, To>(
  record: Readonly<Record<string, From>>,
  of: (name: string, value: From) => To,
) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, of(name, value)]));
}
