/** The words of a scenario, the keys of its file or of a program's object, and the scenario that they are. */
import { InputError } from '../../models/input-error.ts';
import type { GivenRows } from '../../traces/given-rows.ts';
import type { Form } from '../form.ts';
import { z } from '../zod.ts';
import { PACING_FORMS } from './pacing.ts';
import { type DumpChoice, type Scenario, THREADS_MAX, type TrafficChoice } from './scenario.ts';
import type { Setting } from './settings.ts';
import type { WrittenPlaces } from './written-places.ts';

const size = z.union([z.string(), z.number().int()], { error: 'expected a size such as 64K' });
const scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'expected a plain value' });
/** A value of a parameter, or those of the parameters under a key. */
export type SettingValue =
  | string
  | number
  | boolean
  | readonly unknown[]
  | { [key: string]: SettingValue };
const setting: z.ZodType<SettingValue> = z
  .lazy(() =>
    z.union([scalar, z.array(scalar), z.record(z.string(), setting)], {
      error: 'expected a plain value, a list of them, or parameters under this key',
    }),
  )
  .meta({
    id: 'SettingValue',
    description: 'A value of a parameter, or those of the parameters under a key.',
  });

const tables = z.union(
  [
    z.string(),
    z.strictObject({
      file: z.string().describe('relative to this file'),
      dump: z.number().int().min(1).optional().describe('which DUMP of it, its last if absent'),
    }),
  ],
  { error: 'expected a table dump, or file: and dump: of one' },
);

const generate = z.strictObject({
  generator: z.string().describe('as `tcesim list generators` names it'),
  set: z.record(z.string(), scalar).optional().describe('its parameters, as of trace generate'),
});

const host = z.strictObject({
  kernel: z
    .string({ error: "expected a name in quotes, as '6.12-64k'" })
    .optional()
    .describe('powernv kernel that makes the windows, as 6.12-64k'),
  pages: size.optional().describe('page size of the kernel, 4K or 64K'),
  ram: size.optional().describe('memory of the node that tables come from'),
  freeBlocks: z.array(z.number().int().min(0)).optional().describe('as /proc/buddyinfo'),
});

/** The keys of a scenario file. */
export const scenarioSchema = z.strictObject({
  trace: z.string().optional().describe('trace or log, relative to this file'),
  rows: z.string().optional().describe('instead of trace: its rows as CSV with a header'),
  generate: generate.optional().describe('instead of trace: synthetic traffic'),
  tables: tables.optional().describe("dump of a machine's tables, there before the trace begins"),
  phb: z.string().optional().describe('phb3, phb4, phb4-small or phb5'),
  firmware: z.string().optional().describe('post2021 or pre2021'),
  windows: z.array(z.string()).optional().describe('at most two, as 64K:1T:levels=2'),
  map: z.string().optional().describe('none, touched or all'),
  pace: z.string().optional().describe(PACING_FORMS),
  seed: scalar.optional().describe('of everything random'),
  threads: z.number().int().min(1).max(THREADS_MAX).optional().describe('replay workers'),
  host: host.optional().describe('Linux that makes the windows, and memory for their tables'),
  set: z
    .record(z.string(), setting)
    .optional()
    .describe('parameters of the unit, nested or dotted'),
});

/** Keys that bring requests along, of which a scenario has one, and what they bring. */
const SOURCES = [
  ['trace', 'a trace'],
  ['rows', 'rows'],
  ['generate', 'generated traffic'],
] as const;

const KEYS = Object.keys(scenarioSchema.shape);
const HOST_KEYS = Object.keys(host.shape);

export const scenarioForm: Form<typeof scenarioSchema> = {
  schema: scenarioSchema,
  keysBehind: (keys) => (keys.length === 0 ? KEYS : HOST_KEYS),
};

export type ScenarioWords = z.infer<typeof scenarioSchema>;

/** Where words come from. */
export interface WordsHome {
  /** File of the scenario; `scenario` where there is none. */
  readonly name: string;
  /** Where a key stands, for messages. */
  readonly place: (keys: readonly string[]) => string;
  /** The path of a file that is named there. */
  readonly fileAt: (name: string) => string;
}

/** The scenario of words that have the form. Throws InputError with the place of what does not go together. */
export function scenarioOf(
  data: Omit<ScenarioWords, 'rows'> & { readonly rows?: string | GivenRows | undefined },
  { name, place, fileAt }: WordsHome,
): Scenario {
  const { host = {}, set = {}, seed, trace, rows, generate, tables, ...plain } = data;
  const given = SOURCES.filter(([key]) => data[key] !== undefined);
  if (given.length > 1) {
    const [[, first], [key, second]] = given;
    const which = `a scenario has ${first} or ${second}, not both`;
    throw new InputError(`${place([key])}: ${key}: ${which}`);
  }
  const settings = [
    ...flatten(host, ['host'], (keys) => place(keys)),
    ...flatten(set, [], (keys) => place(['set', ...keys])),
  ];
  refuseTwice(settings);
  return {
    ...(definedOnly(plain) as Partial<Scenario>),
    ...(trace === undefined ? {} : { trace: fileAt(trace) }),
    ...(rows === undefined ? {} : { rows: { content: rows, place: `${name}: rows` } }),
    ...(generate === undefined ? {} : { generate: trafficOf(generate) }),
    ...(tables === undefined ? {} : { tables: tablesOf(tables, fileAt) }),
    ...(seed === undefined ? {} : { seed: String(seed) }),
    settings,
    places: placesOf({ ...plain, ...(trace !== undefined && { trace }) }, place),
  };
}

/** Where the words stand that are understood later; a refusal calls each of the windows a window. */
function placesOf(plain: object, place: WordsHome['place']): WrittenPlaces {
  const places = Object.keys(plain).map((key) => [key, `${place([key])}: ${key}`]);
  return { ...Object.fromEntries(places), window: `${place(['windows'])}: window` };
}

function trafficOf({ generator, set = {} }: z.infer<typeof generate>): TrafficChoice {
  const texts = Object.entries(set).map(([name, value]) => [name, String(value)]);
  return { generator, set: Object.fromEntries(texts) };
}

function tablesOf(written: z.infer<typeof tables>, fileAt: (name: string) => string): DumpChoice {
  if (typeof written === 'string') return { file: fileAt(written) };
  const { file, dump } = written;
  return { file: fileAt(file), ...(dump !== undefined && { dump }) };
}

/** Refuses a key that is written in both spellings, nested and dotted. */
function refuseTwice(settings: readonly Setting[]): void {
  settings.forEach(({ where, key }, at) => {
    const first = settings.findIndex((each) => each.key === key);
    if (first === at) return;
    throw new InputError(`${where}: ${key}: given twice, first at ${settings[first].where}`);
  });
}

/** Settings of a nested map, by dotted key. */
function flatten(
  node: object,
  prefix: readonly string[],
  place: (keys: readonly string[]) => string,
): Setting[] {
  return Object.entries(node).flatMap(([name, value]) => {
    const keys = [...prefix, name];
    if (typeof value === 'object' && !Array.isArray(value)) return flatten(value, keys, place);
    return value === undefined
      ? []
      : [
          {
            where: place(keys),
            key: keys.join('.'),
            text: `${value}`,
            isList: Array.isArray(value),
          },
        ];
  });
}

function definedOnly(record: object): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
