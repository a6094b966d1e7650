/**
 * Thresholds as people write them: `p99 <= 900ns`, `hitRate >= 0.98`, and with a sign against the base: `p99 <= +5%`,
 * `gbps >= -2%`, `misses <= +100`. Behind `where`, the points that they are for: `where levels=1..2 trace=random`.
 */
import { InputError } from '../../../models/input-error.ts';
import { parseSize } from '../../../models/size.ts';
import { suggest } from '../../../traces/nearest.ts';
import { type AxisValues, kindOfAxis } from '../axis.ts';
import { chosenOf } from '../ranges.ts';
import type { Metric, Metrics } from './metrics.ts';

const SIGNS = ['<=', '>=', '<', '>', '='] as const;

export type Sign = (typeof SIGNS)[number];

/** What is held against the limit: the figure, its change, or its change in per cent of the base. */
export type Measure = 'value' | 'change' | 'percent';

export interface Threshold {
  /** As it was written, with single blanks. */
  readonly text: string;
  readonly metric: Metric;
  readonly measure: Measure;
  readonly sign: Sign;
  /** In the unit of the metric, or in per cent. */
  readonly limit: number | boolean | string;
  /** Values by axis of the points that it is for; without axes for all. */
  readonly where: readonly AxisValues[];
}

const FORM = /^(\S+?)\s*(<=|>=|==|<|>|=)\s*(.+?)(?:\s+where\s+(.+))?$/;
const NUMBER = /^(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(\S*)$/i;
const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
};

/** Whether points have a value of an axis. */
type HasValue = (axis: AxisValues, value: string) => boolean;

/**
 * Reads a threshold. Throws InputError that names `what`, with the nearest name of a metric or axis that is not
 * there. `axes` are those of the points; values that none of them has are refused, too.
 */
export function parseThreshold(
  written: string,
  metrics: Metrics,
  axes: readonly AxisValues[],
  what: string,
  has: HasValue = ({ values }, value) => values.includes(value),
): Threshold {
  const text = written.trim().replace(/\s+/g, ' ');
  const found = FORM.exec(text);
  if (found === null) {
    throw new InputError(
      `${what}: expected a threshold such as 'p99 <= 900ns' or 'p99 <= +5%', got '${text}'`,
    );
  }
  const [, name, sign, value, where] = found;
  const place = `${what} '${text}'`;
  const metric = metrics.named(name, what);
  const asked = { text, metric, sign: sign === '==' ? '=' : (sign as Sign) };
  return { ...asked, ...limitOf(value, asked, place), where: whereOf(where, axes, place, has) };
}

/** A limit: with a sign it is one of the change. */
function limitOf(
  text: string,
  { metric, sign }: Pick<Threshold, 'metric' | 'sign'>,
  what: string,
): Pick<Threshold, 'measure' | 'limit'> {
  if (metric.kind === 'flag' || metric.kind === 'text') {
    if (sign !== '=')
      throw new InputError(`${what}: ${metric.name} is no number, only = compares it`);
    return { measure: 'value', limit: wordLimit(text, metric, what) };
  }
  const [, direction, amount] = /^([+-]?)\s*(.*)$/.exec(text) as RegExpExecArray;
  if (direction === '') return { measure: 'value', limit: amountOf(amount, metric, what) };
  const factor = direction === '-' ? -1 : 1;
  const percent = /^(.*?)\s*%$/.exec(amount);
  if (percent === null) {
    return { measure: 'change', limit: factor * amountOf(amount, metric, what) };
  }
  return { measure: 'percent', limit: factor * plainNumber(percent[1], text, what) };
}

function wordLimit(text: string, { kind, name }: Metric, what: string): boolean | string {
  if (kind === 'text') return text;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new InputError(`${what}: expected ${name} = true or ${name} = false`);
}

/** A number in the unit of a metric: `900ns`, `1.5us`, `64K`, `98%` of a share. */
function amountOf(text: string, { unit, name }: Metric, what: string): number {
  if (unit === 'bytes') return Number(parseSize(text, what));
  const [, digits, tail] = NUMBER.exec(text) ?? [];
  const value = Number(digits);
  if (digits !== undefined) {
    if (tail === '' || tail === unit) return value;
    if (unit === 'ns' && Object.hasOwn(NANOSECONDS, tail)) return value * NANOSECONDS[tail];
    if (unit === 'share' && tail === '%') return value / 100;
  }
  if (tail === '%') {
    throw new InputError(
      `${what}: expected a sign before ${text}: +${text} or -${text} of the base`,
    );
  }
  const form = { ns: 'a time such as 900ns or 1.5us', share: 'a share such as 0.98 or 98%' }[unit];
  const plain = unit === '-' ? 'a number' : `a number of ${unit}`;
  throw new InputError(`${what}: ${name}: expected ${form ?? plain}, got '${text}'`);
}

function plainNumber(digits: string, text: string, what: string): number {
  const [, number, tail] = NUMBER.exec(digits) ?? [];
  if (number !== undefined && tail === '') return Number(number);
  throw new InputError(`${what}: expected a change in per cent such as +5%, got '${text}'`);
}

/** `levels=1..2 trace=random`: values by axis. */
function whereOf(
  text: string | undefined,
  axes: readonly AxisValues[],
  what: string,
  has: HasValue,
): AxisValues[] {
  if (text === undefined) return [];
  return text.split(/\s+(?=[\w.]+\s*=)/).map((word) => {
    const at = word.indexOf('=');
    if (at < 1) throw new InputError(`${what}: expected axis=value behind where, got '${word}'`);
    const name = word.slice(0, at).trim();
    const axis = axes.find((each) => each.name === name);
    if (axis === undefined) {
      const names = axes.map((each) => each.name);
      const hint = names.length === 0 ? '; a run has no axes' : suggest(name, names);
      throw new InputError(`${what}: no axis '${name}' of the points${hint}`);
    }
    const asked = word.slice(at + 1);
    const values = chosenOf(asked, kindOfAxis(name), `${what}: ${name}`, axis.values);
    const strange = values.find((value) => !has(axis, value));
    if (strange === undefined) return { name, values };
    throw new InputError(
      `${what}: no point has ${name}=${strange}; they have ${axis.values.join(', ')}`,
    );
  });
}
