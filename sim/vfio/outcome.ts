/** What a call of a script came to: results as they are printed, and the reasons behind them in words. */
import { type CallResult, isRefusal } from '../../models/kernel/call-result.ts';
import type { Value } from './values.ts';

/** Bytes that count against RLIMIT_MEMLOCK. */
export interface LockedBytes {
  /** After the call. */
  readonly total: bigint;
  /** What the call charged; less than 0: gave back. */
  readonly charged: bigint;
}

export interface Outcome {
  readonly results: ReadonlyMap<string, Value>;
  /** Whether the call, or the device's access, was turned away. */
  readonly isRefused: boolean;
  /** Sentences for a reader: why not, and what happened besides. */
  readonly remarks: readonly string[];
  /** Locked memory of the process that made the call, where it was one on a container. */
  readonly locked?: LockedBytes;
}

/** An outcome whose results are numbers. */
export function outcomeOf(
  results: Readonly<Record<string, bigint>>,
  remarks: readonly string[] = [],
  isRefused = false,
): Outcome {
  return { results: new Map(Object.entries(results)), isRefused, remarks };
}

/** The outcome of a call that returns nothing but its code. */
export function answered(result: CallResult, remarks: readonly string[] = []): Outcome {
  const rc = BigInt(result.rc);
  if (!isRefusal(result)) return outcomeOf({ rc }, remarks);
  return outcomeOf({ rc }, [result.reason, ...remarks], true);
}
