/**
 * The plan of a study: what is varied, on which hosts, with which traces, from which seed. Everything that decides
 * about its results stands in it, and its digest tells two plans apart on any machine.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { InputError } from '../../models/input-error.ts';
import { GENERATORS } from '../../traces/generate/generate.ts';
import { requestCount } from '../../traces/generate/parameters.ts';
import { suggest } from '../../traces/nearest.ts';
import { type AxisValues, axesOf } from './axis.ts';
import { Metrics } from './compare/metrics.ts';
import { parseThreshold } from './compare/threshold.ts';
import { checkHost, FREE_HOST, type HostChoice, PASTS } from './host-choice.ts';
import { choiceOfGenerator, parameterNames, type TraceChoice } from './trace-choice.ts';

export interface StudyPlan {
  readonly title: string;
  readonly seed: string;
  /** DMA requests of each generated trace that does not say how many. */
  readonly requests: string;
  readonly axes: readonly AxisValues[];
  /** The traces and hosts that the axes name. */
  readonly traces: Readonly<Record<string, TraceChoice>>;
  readonly hosts: Readonly<Record<string, HostChoice>>;
  /** What `compare` holds results against, as written. They decide about no result. */
  readonly thresholds: readonly string[];
}

/** A plan as somebody wrote it, in a file or with flags. */
export interface WrittenPlan {
  readonly title?: string;
  readonly seed?: string;
  readonly requests?: string;
  /** Pieces of lists by axis. */
  readonly vary: ReadonlyMap<string, readonly string[]>;
  readonly traces: Readonly<Record<string, TraceChoice>>;
  readonly hosts: Readonly<Record<string, HostChoice>>;
  readonly thresholds?: readonly string[];
  /** Axes whose values flags took away: thresholds may be about values that are gone. */
  readonly overridden?: ReadonlySet<string>;
  /** Where a key stands, for messages. */
  readonly place: (keys: readonly string[]) => string;
  /** The path of a file that is named there. */
  readonly fileAt: (name: string) => string;
}

const PRESETS = { title: 'study', seed: 'tcesim', requests: '20000' } as const;
const HASHED_AT_A_TIME = 2 ** 20;

/** Flags over a file: an axis of the flags stands in the place of the file's. */
export function mergePlans(file: WrittenPlan, flags: WrittenPlan): WrittenPlan {
  const isOfFlags = ([first, name]: readonly string[]) =>
    first === 'vary' ? flags.vary.has(name) : first === 'requests' && flags.requests !== undefined;
  return {
    ...file,
    ...(flags.seed !== undefined && { seed: flags.seed }),
    ...(flags.requests !== undefined && { requests: flags.requests }),
    vary: new Map([...file.vary, ...flags.vary]),
    overridden: new Set(flags.vary.keys()),
    place: (keys) => (isOfFlags(keys) ? flags : file).place(keys),
    fileAt: (name) => (existsSync(flags.fileAt(name)) ? flags : file).fileAt(name),
  };
}

/** The plan. `shipped` are traces that can be named without a definition. Throws InputError. */
export function planOf(
  written: WrittenPlan,
  shipped: Readonly<Record<string, TraceChoice>>,
): StudyPlan {
  const { place, fileAt } = written;
  const texts = { ...PRESETS, ...definedOf(written) };
  requestCount(place(['requests']), texts.requests);
  const axes = axesOf(written.vary, (name) => place(['vary', name]));
  const known = { ...shipped, ...written.traces };
  const traces = named(axes, 'trace', (name) => traceNamed(name, known, fileAt, place));
  const hosts = named(axes, 'host', (name) => hostNamed(name, written.hosts, fileAt, place));
  return {
    ...texts,
    thresholds: thresholdsFor(axes, written),
    axes: axes.map((axis) => withNames(withNames(axis, 'trace', traces), 'host', hosts)),
    traces: Object.fromEntries(traces.map(({ name, choice }) => [name, choice])),
    hosts: Object.fromEntries(hosts.map(({ name, choice }) => [name, choice])),
  };
}

/** The plan as results have it: without the folders of this machine. */
export function planRecord({ thresholds, ...plan }: StudyPlan) {
  return { ...askedBy(plan), ...(thresholds.length > 0 && { thresholds: [...thresholds] }) };
}

/** What decides about the results of a plan. */
function askedBy({ axes, traces, hosts, ...texts }: Omit<StudyPlan, 'thresholds'>) {
  const bare = (path: string | undefined) => (path === undefined ? {} : { file: basename(path) });
  return {
    ...texts,
    vary: Object.fromEntries(axes.map(({ name, values }) => [name, [...values]])),
    traces: mapValues(traces, ({ file, ...rest }) => ({ ...rest, ...bare(file) })),
    hosts: mapValues(hosts, ({ buddyinfo, ...rest }) => ({ ...rest, ...bare(buddyinfo) })),
  };
}

/** A plan as a file of its own has it. */
export function planFileData({ axes, traces, hosts, thresholds, ...texts }: StudyPlan) {
  const single = (values: readonly string[]) => (values.length === 1 ? values[0] : [...values]);
  // The name of a host that is all free says everything; there is nothing to define.
  const { [FREE_HOST]: _free, ...defined } = hosts;
  return {
    ...texts,
    vary: Object.fromEntries(axes.map(({ name, values }) => [name, single(values)])),
    traces: mapValues(traces, ({ sha256: _sha256, ...rest }) => rest),
    hosts: mapValues(defined, ({ sha256: _sha256, ...rest }) => rest),
    ...(thresholds.length > 0 && { thresholds: [...thresholds] }),
  };
}

/** Equal for two plans that ask for the same, whatever is expected of the answers. */
export function planDigest({ thresholds: _thresholds, ...asked }: StudyPlan): string {
  return createHash('sha256')
    .update(JSON.stringify(askedBy(asked)))
    .digest('hex');
}

/** The thresholds, without those about values that flags took away. Throws InputError. */
function thresholdsFor(axes: readonly AxisValues[], written: WrittenPlan): string[] {
  const { thresholds = [], place, overridden } = written;
  if (thresholds.length === 0) return [];
  const metrics = Metrics.ofStudies();
  const hasValue = (axis: AxisValues, value: string) => axis.values.includes(value);
  const isGone = ({ name, values }: AxisValues) =>
    values.some((value) => !axes.some((axis) => axis.name === name && hasValue(axis, value)));
  return thresholds.filter((text, at) => {
    const has = (axis: AxisValues, value: string) =>
      overridden?.has(axis.name) || hasValue(axis, value);
    return !parseThreshold(text, metrics, axes, place(['thresholds', `${at}`]), has).where.some(
      isGone,
    );
  });
}

type Named<Choice> = { readonly text: string; readonly name: string; readonly choice: Choice };

/** What the values of an axis mean. A file goes by its name without folders. */
function named<Choice>(
  axes: readonly AxisValues[],
  axis: string,
  find: (text: string) => { name: string; choice: Choice },
): Named<Choice>[] {
  const { values = [] } = axes.find(({ name }) => name === axis) ?? {};
  const found = values.map((text) => ({ text, ...find(text) }));
  found.forEach(({ name, text }, at) => {
    const first = found.findIndex((each) => each.name === name);
    if (first === at) return;
    throw new InputError(
      `${axis}: '${found[first].text}' and '${text}' have the same name; define one of them`,
    );
  });
  return found;
}

function withNames(
  axis: AxisValues,
  name: string,
  all: readonly { text: string; name: string }[],
): AxisValues {
  return axis.name === name ? { name, values: all.map((each) => each.name) } : axis;
}

function traceNamed(
  text: string,
  known: Readonly<Record<string, TraceChoice>>,
  fileAt: WrittenPlan['fileAt'],
  place: WrittenPlan['place'],
): { name: string; choice: TraceChoice } {
  if (Object.hasOwn(known, text)) {
    return { name: text, choice: checkedTrace(text, known[text], place) };
  }
  const generators = GENERATORS.map(({ name }) => name);
  if (generators.includes(text)) return { name: text, choice: choiceOfGenerator(text) };
  const file = fileAt(text);
  if (existsSync(file)) return { name: basename(text), choice: withDigest({ file }) };
  const names = [...Object.keys(known), ...generators];
  throw new InputError(
    `${place(['vary', 'trace'])}: unknown trace '${text}'${suggest(text, names)}`,
  );
}

/** A trace that is defined in a plan. */
function checkedTrace(name: string, choice: TraceChoice, place: WrittenPlan['place']): TraceChoice {
  const { generator, file, set = {} } = choice;
  const what = place(['traces', name]);
  if ((generator === undefined) === (file === undefined)) {
    throw new InputError(`${what}: expected a generator or a file`);
  }
  if (generator === undefined) return withDigest(choice);
  const parameters = within(what, () => parameterNames(generator));
  const unknown = Object.keys(set).find((key) => !parameters.includes(key));
  if (unknown === undefined) return choice;
  throw new InputError(
    `${place(['traces', name, 'set', unknown])}: unknown parameter${suggest(unknown, parameters)}`,
  );
}

function hostNamed(
  text: string,
  known: Readonly<Record<string, HostChoice>>,
  fileAt: WrittenPlan['fileAt'],
  place: WrittenPlan['place'],
): { name: string; choice: HostChoice } {
  if (Object.hasOwn(known, text)) {
    const what = place(['hosts', text]);
    checkHost(known[text], what);
    return { name: text, choice: withDigestOfHost(known[text]) };
  }
  if (text === FREE_HOST) return { name: text, choice: {} };
  if (PASTS.includes(text)) return { name: text, choice: { past: text } };
  const buddyinfo = fileAt(text);
  if (existsSync(buddyinfo)) {
    return { name: basename(text), choice: withDigestOfHost({ buddyinfo }) };
  }
  const names = [FREE_HOST, ...PASTS, ...Object.keys(known)];
  throw new InputError(`${place(['vary', 'host'])}: unknown host '${text}'${suggest(text, names)}`);
}

function withDigest(choice: TraceChoice): TraceChoice {
  return choice.file === undefined ? choice : { ...choice, sha256: digestOf(choice.file) };
}

function withDigestOfHost(choice: HostChoice): HostChoice {
  return choice.buddyinfo === undefined
    ? choice
    : { ...choice, sha256: digestOf(choice.buddyinfo) };
}

/** The digest of a file's bytes: on another machine it must be the same file. */
function digestOf(path: string): string {
  const hash = createHash('sha256');
  try {
    const descriptor = openSync(path, 'r');
    const chunk = new Uint8Array(HASHED_AT_A_TIME);
    for (let got = readSync(descriptor, chunk); got > 0; got = readSync(descriptor, chunk)) {
      hash.update(chunk.subarray(0, got));
    }
    closeSync(descriptor);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(
      `${path}: ${code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`}`,
    );
  }
  return hash.digest('hex');
}

/** Says where what is refused was written. */
function within<Value>(what: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${what}: ${error.message}`);
    throw error;
  }
}

function definedOf({ title, seed, requests }: WrittenPlan) {
  return {
    ...(title !== undefined && { title }),
    ...(seed !== undefined && { seed }),
    ...(requests !== undefined && { requests }),
  };
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, of: (value: From) => To) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, of(value)]));
}
