/**
 * What a study can vary: the axes by name, in the order in which their values are crossed, outermost first.
 * Any key of `--set` is an axis, too; these come last, in the order of the alphabet. So the points that ask the
 * same question about a window lie side by side.
 */
import { InputError } from '../../models/input-error.ts';
import { DEFAULT_KERNEL } from '../../models/kernel/kernel.ts';
import { FIRMWARE_LEVELS } from '../../models/phb/firmware.ts';
import { PHB_PRESETS } from '../../models/phb/presets.ts';
import { parametersOf } from '../../models/phb/spec.ts';
import { unknownKey } from '../scenario/settings.ts';
import { type ValueKind, valuesOf } from './ranges.ts';

/** One thing that can be varied. */
interface Axis {
  readonly name: string;
  readonly kind: ValueKind;
  readonly meaning: string;
  /** The value where a plan says nothing; absent: the axis is then not in the study. */
  readonly preset?: string;
}

/** An axis of a plan: its name and the values that it takes, at least one. */
export interface AxisValues {
  readonly name: string;
  readonly values: readonly string[];
}

/** The axes that are no keys of `--set`. */
export const AXES: readonly Axis[] = [
  { name: 'phb', kind: 'word', meaning: PHB_PRESETS.map(({ name }) => name).join(', ') },
  { name: 'firmware', kind: 'word', meaning: FIRMWARE_LEVELS.map(({ name }) => name).join(', ') },
  {
    name: 'kernel',
    kind: 'word',
    meaning: 'powernv kernel and its page, as 6.12-64k or 4.18-4k',
    preset: DEFAULT_KERNEL,
  },
  { name: 'ram', kind: 'size', meaning: 'memory of the host', preset: '64G' },
  { name: 'memlock', kind: 'word', meaning: 'RLIMIT_MEMLOCK as a size, or unlimited' },
  {
    name: 'host',
    kind: 'word',
    meaning: 'free (all memory), a past (fresh, pinned, churn, aged), or a buddyinfo file',
    preset: 'free',
  },
  { name: 'page', kind: 'size', meaning: 'IO page', preset: '64K' },
  { name: 'window', kind: 'size', meaning: 'DMA window at bus address 0', preset: '64G' },
  { name: 'levels', kind: 'count', meaning: 'levels of its table', preset: '2' },
  {
    name: 'trace',
    kind: 'word',
    meaning: 'nic, nvme, random, a generator, or a file',
    preset: 'random',
  },
  { name: 'map', kind: 'word', meaning: 'none, touched or all' },
  { name: 'pace', kind: 'word', meaning: 'closed:N, interval:NS or trace' },
];

/** Keys of the host that the axes kernel, ram and host decide about. */
const DECIDED: Readonly<Record<string, string>> = {
  'host.kernel': 'kernel',
  'host.pages': 'kernel',
  'host.ram': 'ram',
  'host.freeBlocks': 'host',
};

const SETTING_KEYS = [
  ...new Set(PHB_PRESETS.flatMap((spec) => parametersOf(spec).map(({ key }) => key))),
];

/**
 * All axes of a study in their order, those that nobody wrote with their presets. `written` has lists of values
 * by axis, each list in pieces as it was written. Throws InputError that names the axis, behind its place.
 */
export function axesOf(
  written: ReadonlyMap<string, readonly string[]>,
  place: (name: string) => string = (name) => name,
): AxisValues[] {
  for (const name of written.keys()) checkName(name, place(name));
  const own = AXES.flatMap(({ name, kind, preset }) => {
    const texts = written.get(name) ?? (preset === undefined ? [] : [preset]);
    return written.has(name) || texts.length > 0 ? [axisOf(name, kind, texts, place(name))] : [];
  });
  const settings = [...written.keys()].filter((name) => axisNamed(name) === undefined).sort();
  return [
    ...own,
    ...settings.map((name) => axisOf(name, 'setting', written.get(name) ?? [], place(name))),
  ];
}

/** Whether a study can vary that. */
export function isAxis(name: string): boolean {
  return axisNamed(name) !== undefined || SETTING_KEYS.includes(name);
}

/** Whether an axis is a key of `--set`. */
export function isSetting(name: string): boolean {
  return axisNamed(name) === undefined;
}

/** What the values of an axis are. */
export function kindOfAxis(name: string): ValueKind {
  return axisNamed(name)?.kind ?? 'setting';
}

function axisNamed(name: string): Axis | undefined {
  return AXES.find((axis) => axis.name === name);
}

function axisOf(name: string, kind: ValueKind, texts: readonly string[], what: string): AxisValues {
  const values = [...new Set(texts.flatMap((text) => valuesOf(text, kind, what)))];
  if (values.length === 0) throw new InputError(`${what}: expected a value, got an empty list`);
  return { name, values };
}

function checkName(name: string, what: string): void {
  if (isAxis(name)) return;
  if (Object.hasOwn(DECIDED, name)) {
    throw new InputError(`${what}: a study varies that as '${DECIDED[name]}'`);
  }
  const known = [...AXES.map((each) => each.name), ...SETTING_KEYS];
  throw unknownKey(what, name, known);
}
