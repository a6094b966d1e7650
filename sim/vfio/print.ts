/** A call as the capture program prints it, with the results that it got. */
import type { Key } from './calls.ts';
import type { Call } from './script.ts';
import type { Value } from './values.ts';

/** The line of a call: its own words in the order of the language, then the results. */
export function printCall(call: Call, results: ReadonlyMap<string, Value>): string {
  const { name, word, shape, inputs, comment } = call;
  const { value } = shape.operands;
  const operand = value === undefined ? [] : [value.kind.print(inputs.get(value.name) as Value)];
  const words = [
    name,
    ...(word === undefined ? [] : [word]),
    ...operand,
    ...printKeys(shape.inputs, inputs),
    ...printKeys(shape.results, results),
  ];
  return [...words, ...(comment === '' ? [] : [comment])].join(' ');
}

function printKeys(keys: readonly Key[], values: ReadonlyMap<string, Value>): string[] {
  return keys.flatMap(({ name, kind }) => {
    const value = values.get(name);
    return value === undefined ? [] : [`${name}=${kind.print(value)}`];
  });
}
