/** The first thing on which engine and oracle differ, in a line: a request, or else the counters. */
import type { Replayed } from './edges.ts';

/** What differs; undefined: nothing. */
export function differenceOf(oracle: Replayed, engine: Replayed): string | undefined {
  for (const [number, wanted] of oracle.settled.entries()) {
    const fields = differing(wanted, engine.settled[number]);
    if (fields !== undefined) return `request ${number}: ${fields}`;
  }
  return differing(oracle, engine);
}

/** Fields that differ, with the values of both sides. */
function differing(oracle: object, engine: object | undefined): string | undefined {
  const wanted = fieldsOf(oracle);
  const got = fieldsOf(engine ?? {});
  const differ = [...new Set([...wanted.keys(), ...got.keys()])].filter(
    (name) => wanted.get(name) !== got.get(name),
  );
  if (differ.length === 0) return undefined;
  const side = (fields: ReadonlyMap<string, string>) =>
    differ.map((name) => `${name} ${fields.get(name) ?? '-'}`).join(', ');
  return `oracle ${side(wanted)}; engine ${side(got)}`;
}

/** All values under their dotted names, `parts.walk`; what is undefined counts as absent. */
function fieldsOf(value: object, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(value).flatMap(([name, field]): [string, string][] => {
      if (field === undefined) return [];
      if (typeof field === 'object') return [...fieldsOf(field, `${prefix}${name}.`)];
      return [[`${prefix}${name}`, textOf(field)]];
    }),
  );
}

function textOf(field: unknown): string {
  return typeof field === 'bigint' ? `0x${field.toString(16)}` : String(field);
}
