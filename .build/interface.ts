/** TypeScript of a JSON Schema, as far as ours go: what each field says stands over it. */

/** What our schemas have. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly propertyNames?: JsonSchema;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly title?: string;
  readonly description?: string;
  readonly unit?: string;
}

/** A unit that is no unit. */
const NO_UNITS = ['-', 'text'];

/** The interface of an object's schema, which is `what`, and types for the definitions that it refers to. */
export function interfaceOf(name: string, what: string, schema: JsonSchema): string {
  const definitions = Object.entries(schema.$defs ?? {}).map(
    ([key, each]) => `${commentOn(each, '')}export type ${key} = ${typeOf(each, '')};\n`,
  );
  return [...definitions, `/** ${what} */\nexport interface ${name} ${typeOf(schema, '')}\n`].join(
    '',
  );
}

function typeOf(schema: JsonSchema, indent: string): string {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) as string;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  if (schema.anyOf !== undefined)
    return schema.anyOf.map((each) => typeOf(each, indent)).join(' | ');
  switch (schema.type) {
    case 'integer':
      return 'number';
    case 'array':
      return `ReadonlyArray<${typeOf(schema.items ?? {}, indent)}>`;
    case 'object':
      return objectOf(schema, indent);
    default:
      return [schema.type ?? 'unknown'].flat().join(' | ');
  }
}

function objectOf(schema: JsonSchema, indent: string): string {
  const { properties, required = [], additionalProperties, propertyNames } = schema;
  if (properties === undefined) {
    const keys = typeOf(propertyNames ?? { type: 'string' }, indent);
    const values = typeof additionalProperties === 'object' ? additionalProperties : {};
    return keys === 'string'
      ? `{ readonly [key: string]: ${typeOf(values, indent)} }`
      : `Readonly<Record<${keys}, ${typeOf(values, indent)}>>`;
  }
  const inner = `${indent}  `;
  const fields = Object.entries(properties).map(([key, each]) => {
    const isRequired = required.includes(key);
    const type = `${typeOf(each, inner)}${isRequired ? '' : ' | undefined'}`;
    return `${commentOn(each, inner)}${inner}readonly ${nameOf(key)}${isRequired ? '' : '?'}: ${type};\n`;
  });
  return `{\n${fields.join('')}${indent}}`;
}

/** A key as a property's name: in quotes where it has a point, as `tceCache.ways`. */
function nameOf(key: string): string {
  return /^\w+$/.test(key) ? key : `'${key}'`;
}

/** What a field is, with its unit; of one that may be null, what it says when it is not. */
function commentOn(schema: JsonSchema, indent: string): string {
  const { description, title, unit } = schema.anyOf?.[0] ?? schema;
  const text = schema.description ?? description ?? title;
  if (text === undefined) return '';
  const units = unit === undefined || NO_UNITS.includes(unit) ? '' : ` (${unit})`;
  return `${indent}/** ${text}${units} */\n`;
}
