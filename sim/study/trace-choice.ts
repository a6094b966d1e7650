/**
 * The traces of a study: a generator with parameters, which may name an axis (`window: $window`), or a file. The
 * seed of a generated trace is the plan's and the trace's name, never the point's: points that differ in other
 * things are measured with the same requests.
 */
import { InputError } from '../../models/input-error.ts';
import { cutTrace } from '../../traces/cut.ts';
import { Op, type TraceSource } from '../../traces/format.ts';
import { GENERATORS, generate } from '../../traces/generate/generate.ts';
import { suggest } from '../../traces/nearest.ts';
import { openTrace } from '../../traces/open.ts';
import { quotedWord } from './shell-word.ts';

/** A trace as a plan has it. */
export interface TraceChoice {
  readonly generator?: string;
  /** Parameters of the generator; `$axis` stands for the point's value. */
  readonly set?: Readonly<Record<string, string>>;
  /** Instead: path of a trace or log, and the digest of its bytes. */
  readonly file?: string;
  readonly sha256?: string;
  /** Rows that map pages or make windows are left out. */
  readonly dmaOnly?: boolean;
  /** Pages mapped before the trace begins, where no axis says it. */
  readonly map?: string;
  /** Pacing, where no axis says it. */
  readonly pace?: string;
}

/** A trace with all its parameters: everything that decides about its rows. */
export interface TraceRecipe {
  readonly generator?: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly file?: string;
  readonly dmaOnly: boolean;
}

/** What a plan gives to all its traces. */
export interface TraceHome {
  readonly seed: string;
  readonly requests: string;
}

const CLOSED_LOOP = 'closed:32';

/** What the name of a generator alone means: its presets, over the window in pages of the point. */
export function choiceOfGenerator(name: string): TraceChoice {
  const has = (key: string) => parameterNames(name).includes(key);
  const axes = ['page', 'window'].filter(has).map((key) => [key, `$${key}`]);
  return {
    generator: name,
    set: Object.fromEntries(axes),
    // Device models have rows for the pages that they map.
    map: has('iova') ? 'none' : 'touched',
    pace: CLOSED_LOOP,
  };
}

/** The trace of a point: values for its axes, the plan's seed and number of requests. */
export function recipeOf(
  name: string,
  { generator, set = {}, file, dmaOnly = false }: TraceChoice,
  values: Readonly<Record<string, string>>,
  { seed, requests }: TraceHome,
): TraceRecipe {
  if (generator === undefined) return { ...(file !== undefined && { file }), dmaOnly };
  const known = parameterNames(generator);
  const given = { requests, seed: `${seed}/${name}` };
  const presets = Object.entries(given).filter(([key]) => known.includes(key));
  const own = Object.entries(set).map(([key, text]) => [
    key,
    valueIn(text, values, `traces.${name}.set.${key}`),
  ]);
  return { generator, set: Object.fromEntries([...presets, ...own]), dmaOnly };
}

/** Opens a trace. Throws InputError on a bad file or parameter. */
export async function openRecipe(recipe: TraceRecipe): Promise<TraceSource> {
  const { generator, set = {}, file = '', dmaOnly } = recipe;
  const source = generator === undefined ? await openTrace(file) : generate(generator, set);
  return dmaOnly ? cutTrace(source, { operations: [Op.read, Op.write] }) : source;
}

/** Equal for two recipes of the same rows. */
export function recipeKey(recipe: TraceRecipe): string {
  return JSON.stringify(recipe);
}

/** The commands that write such a trace to a file, for a user who wants to replay it alone. */
export function recipeCommands(
  { generator, set = {}, file, dmaOnly }: TraceRecipe,
  path: string,
): string[] {
  const options = Object.entries(set).map(([key, text]) => ` --${key} ${quotedWord(text)}`);
  const made =
    generator === undefined
      ? []
      : [`generate ${generator}${options.join('')} -o ${quotedWord(path)}`];
  const cut = dmaOnly
    ? [`cut ${quotedWord(file ?? path)} --op read,write -o ${quotedWord(path)}`]
    : [];
  return [...made, ...cut].map((words) => `tcesim trace ${words}`);
}

/** The parameters of a generator. Throws InputError on an unknown one. */
export function parameterNames(generator: string): string[] {
  const found = GENERATORS.find(({ name }) => name === generator);
  if (found) return found.parameters.map(({ name }) => name);
  const names = GENERATORS.map(({ name }) => name);
  throw new InputError(`unknown generator '${generator}'${suggest(generator, names)}`);
}

function valueIn(text: string, values: Readonly<Record<string, string>>, what: string): string {
  if (!text.startsWith('$')) return text;
  const axis = text.slice(1);
  if (Object.hasOwn(values, axis)) return values[axis];
  throw new InputError(
    `${what}: '${text}' names no axis of the study${suggest(axis, Object.keys(values))}`,
  );
}
