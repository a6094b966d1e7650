/**
 * Where a number of the hardware comes from. A simulator of unpublished hardware is honest only if
 * every figure carries this mark into its reports.
 */
export type Origin = 'documented' | 'inferred' | 'assumed' | 'chosen';

/** A parameter: its value, its origin and the source or the reason in a few words. */
export interface Parameter<T = number | boolean | string> {
  readonly value: T;
  readonly origin: Origin;
  readonly source: string;
}

/** A public source states the value: `repository file`, paper or register description. */
export function documented<T>(value: T, source: string): Parameter<T> {
  return { value, origin: 'documented', source };
}

/** Follows from documented facts by the reasoning in `source`. */
export function inferred<T>(value: T, source: string): Parameter<T> {
  return { value, origin: 'inferred', source };
}

/** Nobody has published it; `source` says why this default. Printed with every result it shaped. */
export function assumed<T>(value: T, source: string): Parameter<T> {
  return { value, origin: 'assumed', source };
}

/** The user set it for this run. */
export function chosen<T>(value: T, source: string): Parameter<T> {
  return { value, origin: 'chosen', source };
}
