/** Options of the suite and of the gate, as a user writes them. */
import { parseArgs } from 'node:util';
import { InputError } from '../models/input-error.ts';
import { suggest } from '../traces/nearest.ts';

/** Texts of the options by name, and the words that are none. */
export interface Arguments {
  readonly options: Readonly<Record<string, string>>;
  readonly words: readonly string[];
}

/**
 * Reads `--name value` and `--name=value` for the names that are known, and a word for each of `wanted`. Throws
 * InputError on another name, on a name that is given twice or without a value, on too many or too few words, and on
 * names that npm kept for itself.
 */
export function readArguments(
  args: readonly string[],
  known: readonly string[],
  wanted: readonly string[] = [],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Arguments {
  refuseTaken(known, environment);
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(known.map((name) => [name, { type: 'string' }])),
    strict: false,
    tokens: true,
  });
  const options: Record<string, string> = {};
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    if (!known.includes(name)) {
      throw new InputError(`unknown option '${rawName}'${suggest(name, known)}`);
    }
    if (name in options) throw new InputError(`--${name}: given twice`);
    if (value === undefined) throw new InputError(`--${name}: expected a value behind it`);
    options[name] = value;
  }
  if (words.length !== wanted.length) {
    const expected = wanted.length === 0 ? 'options only' : wanted.join(' ');
    const got = words.length === 0 ? 'nothing' : `'${words.join(' ')}'`;
    throw new InputError(`expected ${expected}, got ${got}`);
  }
  return { options, words };
}

/** `npm run x --pairs 7` gives the program the word 7, or nothing; npm keeps the name, as its own option. */
function refuseTaken(
  known: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): void {
  const taken = known.find((name) => environment[`npm_config_${name}`] !== undefined);
  if (taken === undefined) return;
  throw new InputError(`--${taken}: npm kept it; write -- in front of all options`);
}

/** A whole number of at least `least`, or `preset` where the option is not given. Throws InputError. */
export function wholeOption(
  { options }: Arguments,
  name: string,
  preset: number,
  least: number,
  most: number,
): number {
  const text = options[name];
  if (text === undefined) return preset;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new InputError(`--${name}: expected a whole number ${least}..${most}, got '${text}'`);
}

/** A regular expression, or undefined where the option is not given. Throws InputError. */
export function patternOption({ options }: Arguments, name: string): RegExp | undefined {
  const text = options[name];
  try {
    return text === undefined ? undefined : new RegExp(text, 'i');
  } catch {
    throw new InputError(`--${name}: expected a regular expression, got '${text}'`);
  }
}
