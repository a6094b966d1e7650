/**
 * Settings by dotted key, from `--set` and from a scenario's `set:`. A key names a parameter of the
 * PHB's unit (models/phb/unit-config.ts) or of the host.
 */
import { log2Exact } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { parseKernel } from '../../models/kernel/kernel.ts';
import { chosen, type Parameter } from '../../models/origin.ts';
import { type PhbSpec, parametersOf, withParameters } from '../../models/phb/spec.ts';
import { DECIMAL_KEYS } from '../../models/phb/unit-config.ts';
import { formatSize, parseSize } from '../../models/size.ts';
import { suggest } from '../../traces/nearest.ts';
import type { HostPlan } from '../replay/machine.ts';

/** One setting: where it was written, its key and its value as text. */
export interface Setting {
  readonly where: string;
  readonly key: string;
  readonly text: string;
  /** Whether it was written as a list, whose members stand in `text` with commas between them. */
  readonly isList?: boolean;
}

/** More than any machine has; real addresses stay exact. */
const RAM_LIMIT = 1n << 50n;

const HOST_KEYS = ['host.kernel', 'host.pages', 'host.ram', 'host.freeBlocks'] as const;

/** `key=value` of the command line. */
export function parseSetting(text: string): Setting {
  const at = text.indexOf('=');
  if (at < 1) throw new InputError(`--set: expected key=value, got '${text}'`);
  return { where: '--set', key: text.slice(0, at), text: text.slice(at + 1) };
}

/** The PHB with the settings that concern it. Throws InputError on an unknown key or a wrong value. */
export function applyToPhb(spec: PhbSpec, settings: readonly Setting[]): PhbSpec {
  const known = new Map(parametersOf(spec).map((parameter) => [parameter.key, parameter]));
  const replaced = new Map<string, Parameter<unknown>>();
  for (const setting of settings) {
    const { where, key, text } = setting;
    const parameter = known.get(key);
    if (parameter) {
      if (!Array.isArray(parameter.value)) refuseList(setting);
      const value = valueLike(parameter.value, text, `${where} ${key}`, DECIMAL_KEYS.includes(key));
      replaced.set(key, chosen(value, `default ${parameter.value}, ${parameter.origin}`));
    } else if (!isHostKey(key)) {
      throw unknownKey(`${where} ${key}`, key, [...known.keys(), ...HOST_KEYS]);
    }
  }
  return withParameters(spec, replaced);
}

/** The refusal of a key that is none of those known, with the nearest one; `what` names it, behind its place. */
export function unknownKey(what: string, key: string, known: readonly string[]): InputError {
  return new InputError(`${what}: unknown key${suggest(key, known)}`);
}

/** The host with the settings that concern it. */
export function applyToHost(host: HostPlan, settings: readonly Setting[]): HostPlan {
  const own = settings.filter(({ key }) => isHostKey(key)).map(hostSetting);
  return Object.assign({ ...host }, ...own) as HostPlan;
}

function isHostKey(key: string): boolean {
  return (HOST_KEYS as readonly string[]).includes(key);
}

/** Refuses a list in the place of one value. */
function refuseList({ where, key, text, isList = false }: Setting): void {
  if (isList) throw new InputError(`${where} ${key}: expected one value, got the list [${text}]`);
}

function hostSetting(setting: Setting): Partial<HostPlan> {
  const { where, key, text } = setting;
  if (key !== 'host.freeBlocks') refuseList(setting);
  const what = `${where} ${key}`;
  switch (key) {
    case 'host.kernel':
      return kernelOf(text, what);
    case 'host.pages':
      return { basePageShift: pageShiftOf(text, what) };
    case 'host.ram':
      return { ramBytes: ramOf(text, what) };
    default:
      return { freeBlocks: freeBlocksOf(text, what) };
  }
}

/** A kernel that names its page size decides that, too. */
function kernelOf(text: string, what: string): Partial<HostPlan> {
  const { platform, basePageShift, namesPageSize } = parseKernel(text, what);
  if (platform !== 'powernv') {
    throw new InputError(
      `${what}: expected a powernv kernel, whose tables the PHB walks, got '${text}'`,
    );
  }
  return { kernel: text, ...(namesPageSize && { basePageShift }) };
}

function pageShiftOf(text: string, what: string): number {
  const shift = log2Exact(parseSize(text, what));
  if (shift === 12 || shift === 16) return shift;
  throw new InputError(`${what}: expected 4K or 64K, got '${text}'`);
}

function ramOf(text: string, what: string): bigint {
  const bytes = parseSize(text, what);
  if (bytes < RAM_LIMIT) return bytes;
  throw new InputError(`${what}: expected less than ${formatSize(RAM_LIMIT)}, got '${text}'`);
}

function freeBlocksOf(text: string, what: string): number[] {
  const counts = text.trim().split(/[\s,]+/);
  if (counts.every((count) => /^\d{1,7}$/.test(count))) return counts.map(Number);
  throw new InputError(`${what}: expected free blocks by order, as 4000,900,200, got '${text}'`);
}

/** A value of the same kind as the one that it replaces. */
function valueLike(old: unknown, text: string, what: string, isDecimal = false): unknown {
  if (typeof old === 'number') {
    // The check of the configuration refuses what is below its range, and names that. -0 is 0.
    if (/^-?\d{1,300}$/.test(text)) return Number(text) + 0;
    if (isDecimal && /^-?\d{1,9}\.\d{1,6}$/.test(text)) return Number(text) + 0;
    throw new InputError(`${what}: expected a ${isDecimal ? '' : 'whole '}number, got '${text}'`);
  }
  if (typeof old === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true';
    throw new InputError(`${what}: expected true or false, got '${text}'`);
  }
  if (Array.isArray(old)) return text.split(',').map((each) => valueLike(0, each.trim(), what));
  return text;
}
