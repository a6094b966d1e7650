/** What the fields of a result mean, read off its schema: the content of docs/counters.md. */
import { z } from '../zod.ts';
import { countedKind, FIGURES_TITLE, type FieldFacts } from './result-fields.ts';
import { resultSchema } from './result-schema.ts';

/** A field of a result. `rule`: of docs/timing.md, a dash for what is no matter of time. */
export interface Counter {
  readonly key: string;
  readonly unit: string;
  readonly rule: string;
  readonly definition: string;
}

/** An object of a result: its own fields, and the names of those that are defined elsewhere. */
export interface CounterGroup {
  readonly title: string;
  readonly counters: readonly Counter[];
  readonly repeated: readonly string[];
}

/** Every kind of object in a result, the result itself first. */
export function counterGroups(): CounterGroup[] {
  const listing = new Listing();
  // Figures are in most of the others, and are defined by themselves.
  listing.open(countedKind);
  listing.open(resultSchema);
  const [figures, ...others] = listing.groups;
  return [...others, figures];
}

class Listing {
  readonly groups: CounterGroup[] = [];
  private readonly defined = new Set<unknown>();
  private readonly titles = new Set<string>();

  /** Lists an object, and after it those inside of it; each title once. */
  open(object: z.ZodObject): void {
    const title = object.meta()?.title ?? '';
    if (this.titles.has(title)) return;
    this.titles.add(title);
    const fields = flatten(object, '');
    const isRepeated = fields.map(([, field]) => this.defined.has(field));
    for (const [, field] of fields) this.defined.add(field);
    this.groups.push({
      title,
      counters: fields
        .filter((_, at) => !isRepeated[at])
        .map(([key, field]) => counterOf(key, field)),
      repeated: fields.filter((_, at) => isRepeated[at]).map(([key]) => key),
    });
    for (const [, field] of fields) {
      const inside = objectIn(field);
      if (inside) this.open(inside);
    }
  }
}

/** Fields of an object and, by dotted keys, of those inside of it that have no title of their own. */
function flatten(object: z.ZodObject, prefix: string): [key: string, field: z.ZodType][] {
  return Object.entries(object.shape).flatMap(([name, shape]) => {
    const field = shape as z.ZodType;
    const inside = objectIn(field);
    if (inside && inside.meta()?.title === undefined) return flatten(inside, `${prefix}${name}.`);
    return [[prefix + name, field]] as [string, z.ZodType][];
  });
}

/** The object that a field is, or is a list of. */
function objectIn(field: z.ZodType): z.ZodObject | undefined {
  if (field instanceof z.ZodArray) return objectIn(field.element as z.ZodType);
  return field instanceof z.ZodObject ? field : undefined;
}

function counterOf(key: string, field: z.ZodType): Counter {
  const known = field instanceof z.ZodNullable ? (field.unwrap() as z.ZodType) : field;
  const {
    unit = '-',
    rule = '-',
    description = '',
  } = (known.meta() ?? {}) as FieldFacts & {
    description?: string;
  };
  const title = objectIn(field)?.meta()?.title;
  const isTold = title === undefined || title === FIGURES_TITLE;
  return {
    key: field instanceof z.ZodArray ? `${key}[]` : key,
    unit,
    rule,
    definition: isTold ? description : `${description}; see ${title}`,
  };
}
