/** A script's run as data: what JSON has of each line. */
import type { CallRecord } from './call-record.ts';
import type { CallShape, Key } from './calls.ts';
import type { Outcome } from './outcome.ts';
import type { DoneLine } from './run-script.ts';
import type { Call } from './script.ts';
import { DECIMAL, RETURN_CODE, SIGNED, type Value } from './values.ts';

/** Small numbers are numbers in JSON; addresses and sizes are hexadecimal text. */
const NUMBERS = [DECIMAL, RETURN_CODE, SIGNED];

/** A line of a run. Lines that are no calls have their text only. */
export function recordOf({ number, text, done, remarks }: DoneLine): Record<string, unknown> {
  return { line: number, text, remarks, ...(done && callRecord(done.call, done.outcome)) };
}

/** A call and what it came to. */
export function callRecord(call: Call, outcome: Outcome): CallRecord {
  return {
    call: call.name,
    inputs: inputsOf(call),
    results: plain(call.shape.results, outcome.results),
    isRefused: outcome.isRefused,
    ...(outcome.locked && {
      lockedBytes: Number(outcome.locked.total),
      chargedBytes: Number(outcome.locked.charged),
    }),
  };
}

function inputsOf({ shape, word, inputs }: Call): CallRecord['inputs'] {
  return {
    ...(word !== undefined && { word }),
    ...plain(keysOf(shape), inputs),
  };
}

function keysOf({ operands, inputs }: CallShape): readonly Key[] {
  return operands.value === undefined ? inputs : [operands.value, ...inputs];
}

function plain(keys: readonly Key[], values: ReadonlyMap<string, Value>): CallRecord['results'] {
  return Object.fromEntries(
    keys.flatMap(({ name, kind }) => {
      const value = values.get(name);
      if (value === undefined) return [];
      return [[name, NUMBERS.includes(kind) ? Number(value) : kind.print(value)]];
    }),
  );
}
