/** Figures of results by their dotted keys: what a schema tells of each, and the values of a document. */
import { z } from '../zod.ts';
import type { FieldFacts } from './result-fields.ts';

/** What a figure may be; null: there is none. */
export type FigureValue = number | boolean | string | null;

export type FigureKind = 'whole' | 'number' | 'flag' | 'text';

export interface Figure {
  readonly kind: FigureKind;
  /** Of docs/counters.md: ns, bytes, share, requests. */
  readonly unit: string;
}

/** The figure of a key as `latency.p99` or `windows.0.hits`; undefined where the schema has none. */
export function figureAt(schema: z.ZodType, key: string): Figure | undefined {
  const names = key.split('.');
  let field: z.ZodType | undefined = known(schema);
  let unit = unitOf(field) ?? '-';
  for (const name of names) {
    field = inside(field, name);
    if (field === undefined) return undefined;
    unit = unitOf(field) ?? unit;
    field = known(field);
    unit = unitOf(field) ?? unit;
  }
  const kind = kindOf(field);
  return kind && { kind, unit };
}

/** The keys of all figures that an object has under names of its own; not those of lists. */
export function figureKeys(object: z.ZodObject, prefix = ''): string[] {
  return Object.entries(object.shape).flatMap(([name, shape]) => {
    const field = known(shape as z.ZodType);
    if (field instanceof z.ZodObject) return figureKeys(field, `${prefix}${name}.`);
    return kindOf(field) === undefined ? [] : [prefix + name];
  });
}

/** All values of a document by dotted keys, in its order. */
export function valuesByKey(document: unknown): Map<string, FigureValue> {
  const values = new Map<string, FigureValue>();
  const visit = (value: unknown, key: string): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [name, child] of Object.entries(value)) {
        visit(child, key === '' ? name : `${key}.${name}`);
      }
    } else values.set(key, value as FigureValue);
  };
  visit(document, '');
  return values;
}

function inside(field: z.ZodType, name: string): z.ZodType | undefined {
  if (field instanceof z.ZodObject) {
    return Object.hasOwn(field.shape, name) ? (field.shape[name] as z.ZodType) : undefined;
  }
  if (field instanceof z.ZodRecord) return field.valueType as z.ZodType;
  if (field instanceof z.ZodArray)
    return /^\d+$/.test(name) ? (field.element as z.ZodType) : undefined;
  return undefined;
}

/** A field without its null. */
function known(field: z.ZodType): z.ZodType {
  return field instanceof z.ZodNullable ? (field.unwrap() as z.ZodType) : field;
}

function unitOf(field: z.ZodType): string | undefined {
  return ((field.meta() ?? {}) as FieldFacts).unit;
}

function kindOf(field: z.ZodType): FigureKind | undefined {
  if (field instanceof z.ZodNumber) return field.isInt ? 'whole' : 'number';
  if (field instanceof z.ZodBoolean) return 'flag';
  return field instanceof z.ZodString || field instanceof z.ZodLiteral ? 'text' : undefined;
}
