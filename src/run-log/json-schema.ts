import type { JsonObject } from '../core/types.js';
import { FIELD_NOTES } from './field-notes.js';
import { RUN_LOG_VERSION } from './format.js';
import { type FieldKind, type Fields, HEADER_FIELDS, STEP_FIELDS } from './schema.js';

function schemaOf(kind: FieldKind, path: string): JsonObject {
  switch (kind.is) {
    case 'number':
      return { $ref: '#/$defs/number' };
    case 'whole':
      return { type: 'integer', minimum: kind.least, maximum: Number.MAX_SAFE_INTEGER };
    case 'true':
      return { const: true };
    case 'text':
      return { type: 'string' };
    case 'boolean':
      return { type: 'boolean' };
    case 'list':
      return { type: 'array', items: schemaOf(kind.of, `${path}[]`) };
    case 'object':
      return objectOf(kind.fields, `${path}.`);
  }
}

function described(kind: FieldKind, path: string): JsonObject {
  const description = FIELD_NOTES[path];
  return { ...schemaOf(kind, path), ...(description !== undefined && { description }) };
}

function objectOf(fields: Fields, path = ''): JsonObject {
  const required = fields.filter(({ optional }) => optional !== true).map(({ name }) => name);
  return {
    type: 'object',
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(fields.map((field) => [field.name, described(field, path + field.name)])),
  };
}

/**
 * The format of a line of a run log as a JSON Schema, made of the one table that the reader checks lines by.
 * @see https://json-schema.org/draft/2020-12
 */
export function runLogSchema(): JsonObject {
  const header = objectOf(HEADER_FIELDS) as JsonObject & { properties: JsonObject };
  const runLog = { ...(header.properties.runLog as JsonObject), maximum: RUN_LOG_VERSION };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A line of a run log of tfjs-adaptive-batch',
    if: { type: 'object', required: ['runLog'] },
    // biome-ignore lint/suspicious/noThenProperty: the schema's keyword
    then: { $ref: '#/$defs/header' },
    else: { $ref: '#/$defs/step' },
    $defs: {
      header: { ...header, properties: { ...header.properties, runLog } },
      step: objectOf(STEP_FIELDS),
      number: {
        description: 'a number, or the text that stands for one that JSON does not have',
        anyOf: [{ type: 'number' }, { enum: ['NaN', 'Infinity', '-Infinity'] }],
      },
    },
  };
}
