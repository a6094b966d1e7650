/** Parameters of the generators: what there is, how it is written, and the reading of it. */
import { InputError } from '../../models/input-error.ts';
import { parseSize } from '../../models/size.ts';
import { suggest } from '../nearest.ts';
import {
  decimalBetween,
  powerBetween,
  sizeBetween,
  type Texts,
  wholeBetween,
} from '../option-values.ts';

/** Numbers of bytes and requests are exact up to here. */
const EXACT_MAX = 2 ** 53;
/** Requester ids from 0x0100 on in steps of a device: bus 1 to 255, 32 devices each. */
const DEVICES_MAX = 255 * 32;
const INTERVAL_NS_MAX = 1e9;
const INTERVAL_DIGITS_MAX = 6;
const LENGTH_MAX = 2 ** 32 - 1;
/** Units of a count: powers of 1000. */
const COUNT_UNITS = ['', 'K', 'M', 'G'];

/** One parameter: its name is the key in `--set`, in the metadata and, with `--`, on the command line. */
export interface GeneratorParameter {
  readonly name: string;
  readonly description: string;
  /** As the user would write it. */
  readonly preset: string;
}

/** What most generators have in common; `commonParameters` picks from it. */
const COMMON_PARAMETERS: readonly GeneratorParameter[] = [
  { name: 'requests', description: 'DMA requests in all, 10M is ten million', preset: '1000000' },
  { name: 'page', description: 'IO page', preset: '64K' },
  { name: 'window', description: 'span of bus addresses of each device', preset: '1G' },
  { name: 'base', description: 'bus address where the span begins', preset: '0' },
  { name: 'length', description: 'bytes of a request', preset: '4K' },
  { name: 'interval', description: 'ns between requests, fractions allowed', preset: '100' },
  {
    name: 'devices',
    description: 'devices in turn: RID 0x0100, 0x0108, ..; PE# 1, 2, ..',
    preset: '1',
  },
  { name: 'writes', description: 'share of the requests that write memory, 0 to 1', preset: '0.5' },
  { name: 'seed', description: 'any text', preset: 'tcesim' },
];

/** The common parameters with the presets of one generator, without those that mean nothing to it. */
export function commonParameters(
  presets: Readonly<Record<string, string>> = {},
  leftOut: readonly string[] = [],
): GeneratorParameter[] {
  return COMMON_PARAMETERS.filter(({ name }) => !leftOut.includes(name)).map((parameter) => ({
    ...parameter,
    preset: presets[parameter.name] ?? parameter.preset,
  }));
}

/** The common parameters as numbers. */
export interface CommonValues {
  readonly requests: number;
  readonly pageBytes: number;
  readonly windowBytes: number;
  readonly base: bigint;
  readonly length: number;
  /** The interval is `ticks / ticksPerNs` ns: as a fraction, so that times are exact. */
  readonly interval: { readonly ticks: number; readonly ticksPerNs: number };
  readonly devices: number;
  readonly writeShare: number;
  readonly seed: string;
}

/**
 * The texts of all parameters of a generator: what was given, else the preset. Throws InputError on a
 * name that the generator does not have.
 */
export function fillPresets(
  known: readonly GeneratorParameter[],
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const names = known.map(({ name }) => name);
  const texts = Object.fromEntries(known.map(({ name, preset }) => [name, preset]));
  for (const [name, text] of Object.entries(given)) {
    if (!names.includes(name)) {
      throw new InputError(`unknown parameter '${name}'${suggest(name, names)}`);
    }
    texts[name] = text;
  }
  return texts;
}

/**
 * Reads the common parameters; throws InputError with name, wanted and got. A generator that leaves out
 * `length` or `writes` gives a text of its own for it. `windowName` is what it calls `window`.
 */
export function readCommon(texts: Texts, windowName = 'window'): CommonValues {
  const pageBytes = powerBetween('page', texts, 4096, 2 ** 34);
  const windowBytes = sizeBetween(windowName, texts, pageBytes, EXACT_MAX);
  const base = parseSize(texts.base as string, 'base');
  if (base + BigInt(windowBytes) > 1n << 64n) {
    throw new InputError(`base: expected a window that ends below 2^64, got '${texts.base}'`);
  }
  for (const [name, bytes] of [
    [windowName, BigInt(windowBytes)],
    ['base', base],
  ] as const) {
    if (bytes % BigInt(pageBytes) !== 0n) {
      throw new InputError(`${name}: expected a multiple of the page, got '${texts[name]}'`);
    }
  }
  const requests = requestCount('requests', texts.requests as string);
  const interval = readInterval(texts);
  if (requests * interval.ticks > EXACT_MAX) {
    throw new InputError(
      `interval: expected exact times up to the last of ${texts.requests} requests, got '${texts.interval}'`,
    );
  }
  return {
    requests,
    pageBytes,
    windowBytes,
    base,
    length: sizeBetween('length', texts, 1, Math.min(windowBytes, LENGTH_MAX)),
    interval,
    devices: wholeBetween('devices', texts, 1, DEVICES_MAX),
    writeShare: decimalBetween('writes', texts, 0, 1),
    seed: texts.seed as string,
  };
}

/** The whole ns at which so many intervals are over. */
export function timeAfter({ interval }: CommonValues, intervals: number): number {
  return Math.floor((intervals * interval.ticks) / interval.ticksPerNs);
}

function readInterval(texts: Texts): CommonValues['interval'] {
  decimalBetween('interval', texts, 0, INTERVAL_NS_MAX);
  const text = texts.interval as string;
  const [whole, fraction = ''] = text.split('.');
  if (fraction.length > INTERVAL_DIGITS_MAX) {
    throw new InputError(
      `interval: expected at most ${INTERVAL_DIGITS_MAX} digits behind the point, got '${text}'`,
    );
  }
  return { ticks: Number(whole + fraction), ticksPerNs: 10 ** fraction.length };
}

/** How many requests a text asks for; `name` is what the error calls it. Throws InputError. */
export function requestCount(name: string, text: string): number {
  return countBetween(name, text, 1, EXACT_MAX);
}

/** A whole number of things, which may end in K, M or G (powers of 1000, 2.2M is 2200000), in a range. */
function countBetween(name: string, text: string, least: number, most: number): number {
  const [, whole, decimals = '', unit = ''] = /^(\d+)(?:\.(\d+))?([KMG]?)$/i.exec(text) ?? [];
  const zeros = 3 * COUNT_UNITS.indexOf(unit.toUpperCase());
  const value = decimals.length > zeros ? Number.NaN : Number(whole + decimals.padEnd(zeros, '0'));
  if (value >= least && value <= most) return value;
  throw new InputError(
    `${name}: expected a whole number ${least}..${most} such as 1000000 or 10M, without commas, got '${text}'`,
  );
}
