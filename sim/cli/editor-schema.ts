/**
 * Schemas of the files that people write, with the names that there are: editors complete them, say what they mean,
 * and underline others. The names are those of the lists that the product itself goes by.
 */
import { FIRMWARE_LEVELS } from '../../models/phb/firmware.ts';
import { PARAMETER_RULES } from '../../models/phb/parameter-rules.ts';
import { PHB_PRESETS } from '../../models/phb/presets.ts';
import { GENERATORS } from '../../traces/generate/generate.ts';
import { MAP_MODES } from '../replay/machine.ts';
import { AXES } from '../study/axis.ts';
import { PASTS } from '../study/host-choice.ts';

/** A schema as JSON has it. */
export interface JsonSchema {
  [key: string]: unknown;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
}

const PHBS = PHB_PRESETS.map(({ name }) => name);
const FIRMWARE = FIRMWARE_LEVELS.map(({ name }) => name);
const GENERATED = GENERATORS.map(({ name }) => name);

/** What each file's schema gets besides. */
export const EDITED: Readonly<Record<string, (schema: JsonSchema) => JsonSchema>> = {
  scenario: (schema) => {
    const { host = {} } = schema.properties ?? {};
    return edited(schema, {
      phb: (phb) => ({ ...phb, enum: PHBS }),
      firmware: (firmware) => ({ ...firmware, enum: FIRMWARE }),
      map: (map) => ({ ...map, enum: MAP_MODES }),
      generate: (generate) => edited(generate, { generator: named(GENERATED) }),
      set: (set) =>
        closed(set, {
          ...parameterProperties(set.additionalProperties as JsonSchema),
          ...hostProperties(host),
        }),
    });
  },
  plan: (schema) =>
    edited(schema, {
      vary: (vary) => closed(vary, axisProperties(vary.additionalProperties as JsonSchema)),
      traces: (traces) => inside(traces, { generator: named(GENERATED), map: named(MAP_MODES) }),
      hosts: (hosts) => inside(hosts, { past: named(PASTS) }),
    }),
};

type Edit = (schema: JsonSchema) => JsonSchema;

function named(names: readonly string[]): Edit {
  return (schema) => ({ ...schema, enum: names });
}

/** A schema with some of its properties edited. */
function edited(schema: JsonSchema, edits: Readonly<Record<string, Edit>>): JsonSchema {
  const { properties = {} } = schema;
  const changed = Object.entries(edits).map(([key, edit]) => [key, edit(properties[key])]);
  return { ...schema, properties: { ...properties, ...Object.fromEntries(changed) } };
}

/** The same of whatever a map holds. */
function inside(schema: JsonSchema, edits: Readonly<Record<string, Edit>>): JsonSchema {
  const held = schema.additionalProperties as JsonSchema;
  return { ...schema, additionalProperties: edited(held, edits) };
}

/** A map with these keys and no others. */
function closed(schema: JsonSchema, properties: Record<string, JsonSchema>): JsonSchema {
  const { propertyNames: _names, ...rest } = schema;
  return { ...rest, properties, additionalProperties: false };
}

/** Parameters by their dotted keys, and nested under the words in front of the dot. */
function parameterProperties(value: JsonSchema): Record<string, JsonSchema> {
  const properties: Record<string, JsonSchema> = {};
  for (const [key, { meaning, unit, allowed }] of Object.entries(PARAMETER_RULES)) {
    const property = { ...value, description: `${meaning} [${unit}]: ${allowed.text}` };
    properties[key] = property;
    const [group, name] = key.split('.');
    if (name === undefined) continue;
    const known = properties[group]?.properties ?? {};
    properties[group] = {
      type: 'object',
      description: `the parameters ${group}.*, by their names behind the dot`,
      properties: { ...known, [name]: property },
      additionalProperties: false,
    };
  }
  return properties;
}

/** What a scenario says of its host may stand among its parameters, too. */
function hostProperties(host: JsonSchema): Record<string, JsonSchema> {
  const dotted = Object.entries(host.properties ?? {}).map(
    ([name, schema]) => [`host.${name}`, schema] as const,
  );
  return { ...Object.fromEntries(dotted), host };
}

/** The axes, and parameters as axes. */
function axisProperties(values: JsonSchema): Record<string, JsonSchema> {
  const axes = AXES.map(
    ({ name, meaning }) => [name, { ...values, description: meaning }] as const,
  );
  const parameters = Object.entries(PARAMETER_RULES).map(
    ([key, { meaning, unit, allowed }]) =>
      [key, { ...values, description: `${meaning} [${unit}]: ${allowed.text}` }] as const,
  );
  return Object.fromEntries([...axes, ...parameters]);
}
