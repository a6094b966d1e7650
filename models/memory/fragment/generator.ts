/** What a generator of a node's memory is, and the parameters that all of them read the same way. */
import { InputError } from '../../input-error.ts';
import type { PageMap } from '../page-map.ts';

/** Parameters by name, all numbers: shares between 0 and 1, sizes in bytes, counts. */
export type FragmentValues = Readonly<Record<string, number>>;

/** A parameter, in words; `preset` is assumed where nobody has measured it. */
export interface FragmentParameter {
  readonly name: string;
  readonly kind: 'share' | 'bytes' | 'count';
  readonly preset: number;
  readonly meaning: string;
}

/** The memory that is to be filled. */
export interface Node {
  /** All pages free. */
  readonly map: PageMap;
  readonly pageShift: number;
  /** Told of each step or round, of so many. */
  readonly progress?: (done: number, total: number) => void;
}

/** A kind of past that a host may have. */
export interface FragmentGenerator {
  readonly name: string;
  /** What it models, in a sentence. */
  readonly description: string;
  readonly parameters: readonly FragmentParameter[];
  /** Fills the node; the same numbers from `random` make the same node. */
  fill(node: Node, values: FragmentValues, random: () => number): void;
}

/** All values of a generator, presets where nothing is given. Throws InputError that names the parameter. */
export function fragmentValues(
  generator: FragmentGenerator,
  given: FragmentValues,
): FragmentValues {
  const unknown = Object.keys(given).find(
    (name) => !generator.parameters.some((parameter) => parameter.name === name),
  );
  if (unknown !== undefined) {
    const names = generator.parameters.map(({ name }) => name).join(', ');
    throw new InputError(`${unknown}: no parameter of '${generator.name}', which has ${names}`);
  }
  const entries = generator.parameters.map((parameter) => {
    const value = given[parameter.name] ?? parameter.preset;
    checkValue(parameter, value);
    return [parameter.name, value];
  });
  return Object.fromEntries(entries);
}

/** The largest share: some memory must be left for the other thing. */
const SHARE_MAX = 0.95;
const COUNT_MAX = 1000;

function checkValue({ name, kind }: FragmentParameter, value: number): void {
  const wanted = {
    share: `a share from 0 to ${SHARE_MAX}`,
    bytes: 'a power of two of bytes',
    count: `a whole number from 0 to ${COUNT_MAX}`,
  }[kind];
  const isGood = {
    share: value >= 0 && value <= SHARE_MAX,
    bytes: value >= 1 && Number.isInteger(Math.log2(value)),
    count: Number.isInteger(value) && value >= 0 && value <= COUNT_MAX,
  }[kind];
  if (!isGood) throw new InputError(`${name}: expected ${wanted}, got ${value}`);
}
