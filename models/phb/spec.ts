/** A PHB as data: every parameter of its TCE unit with the origin of the number. */
import type { Parameter } from '../origin.ts';
import type { Ioda } from '../tve.ts';
import type { UnitConfig } from './unit-config.ts';

/** The shape of a configuration with a `Parameter` in the place of each value. */
export type WithOrigin<T> = {
  readonly [K in keyof T]: T[K] extends number | boolean | string | readonly number[]
    ? Parameter<T[K]>
    : WithOrigin<T[K]>;
};

export interface PhbSpec {
  /** The name on the command line. */
  readonly name: string;
  /** What it is, in words. */
  readonly title: string;
  readonly ioda: Ioda;
  readonly parameters: WithOrigin<UnitConfig>;
}

/** A parameter under its dotted key, as `--set` names it. */
export interface KeyedParameter extends Parameter<unknown> {
  readonly key: string;
}

/** All parameters of a PHB in the order of the configuration. */
export function parametersOf(spec: PhbSpec): KeyedParameter[] {
  const found: KeyedParameter[] = [];
  const visit = (node: object, prefix: string): void => {
    for (const [name, child] of Object.entries(node)) {
      const key = prefix === '' ? name : `${prefix}.${name}`;
      if ('origin' in child) found.push({ key, ...child });
      else visit(child, key);
    }
  };
  visit(spec.parameters, '');
  return found;
}

/** The plain values of a PHB's parameters. */
export function configOf(spec: PhbSpec): UnitConfig {
  const plain = (node: object): unknown =>
    'origin' in node
      ? (node as Parameter).value
      : Object.fromEntries(Object.entries(node).map(([name, child]) => [name, plain(child)]));
  return plain(spec.parameters) as UnitConfig;
}

/** A PHB with some parameters replaced, by dotted key. The keys must exist; see parametersOf. */
export function withParameters(
  spec: PhbSpec,
  replaced: ReadonlyMap<string, Parameter<unknown>>,
): PhbSpec {
  const rebuild = (node: object, prefix: string): object =>
    Object.fromEntries(
      Object.entries(node).map(([name, child]) => {
        const key = prefix === '' ? name : `${prefix}.${name}`;
        if ('origin' in child) return [name, replaced.get(key) ?? child];
        return [name, rebuild(child, key)];
      }),
    );
  return { ...spec, parameters: rebuild(spec.parameters, '') as PhbSpec['parameters'] };
}
