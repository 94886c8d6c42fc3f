import type { Decision, JsonObject, StepObservation } from '../core/types.js';
import { type FieldKind, type Fields, STEP_FIELDS } from '../run-log/schema.js';
import { isObject, type JsonFields, mistyped } from '../run-log/validate.js';

/** A value that a cell or a tag can hold. */
export type Leaf = number | boolean | string;

/** A field of a run log's step that is one {@link Leaf}. */
export interface LeafField {
  /** Names from the outermost object on. */
  readonly path: readonly string[];
  readonly is: FieldKind['is'];
}

/** A step as a table has it. */
export interface FlatStep {
  /** By the field's path, joined by dots. */
  readonly leaves: ReadonlyMap<string, Leaf>;
  /** What is no leaf, as nested as it was: lists, and fields that this version does not know. */
  readonly more?: JsonObject;
}

function leafFields(fields: Fields, path: readonly string[]): LeafField[] {
  return fields.flatMap((field) => {
    const here = [...path, field.name];
    if (field.is === 'object') return leafFields(field.fields, here);
    return field.is === 'list' ? [] : [{ path: here, is: field.is }];
  });
}

/** The fields of a run log's step that are numbers, texts or truth values, in order. */
export const LEAF_FIELDS: readonly LeafField[] = leafFields(STEP_FIELDS, []);

/** Half a character cannot be written as UTF-8, and an empty cell means that there is nothing. */
function isLeaf(value: unknown): value is Leaf {
  if (typeof value === 'string') return value !== '' && !/\p{Surrogate}/u.test(value);
  return typeof value === 'number' || typeof value === 'boolean';
}

/** Moves the leaves of an object to the map. @returns what is left of it */
function takeLeaves(
  object: JsonFields,
  fields: Fields,
  prefix: string,
  leaves: Map<string, Leaf>,
): JsonFields | undefined {
  const rest: JsonFields = { ...object };
  for (const field of fields) {
    const value = rest[field.name];
    const path = prefix + field.name;
    if (field.is === 'object' && isObject(value)) {
      const inner = takeLeaves(value, field.fields, `${path}.`, leaves);
      if (inner === undefined) delete rest[field.name];
      else rest[field.name] = inner;
    } else if (field.is !== 'list' && isLeaf(value)) {
      leaves.set(path, value);
      delete rest[field.name];
    }
  }
  return Object.values(rest).every((value) => value === undefined) ? undefined : rest;
}

/** The step as leaves, and what is left. */
export function flatten(observation: StepObservation, decision: Decision | undefined): FlatStep {
  const leaves = new Map<string, Leaf>();
  const line = { ...observation, ...(decision && { decision }) };
  const more = takeLeaves(line as unknown as JsonFields, STEP_FIELDS, '', leaves) as JsonObject | undefined;
  return { leaves, ...(more && { more }) };
}

function insert(object: JsonFields, [name, ...inner]: readonly string[], value: Leaf): void {
  const key = name as string;
  if (inner.length === 0) {
    object[key] = value;
    return;
  }
  object[key] ??= {};
  insert(object[key] as JsonFields, inner, value);
}

/** `more` within `object`: objects are joined, the rest is set. */
function join(object: JsonFields, more: JsonFields): JsonFields {
  const joined = { ...object };
  for (const [name, value] of Object.entries(more)) {
    const held = Object.hasOwn(joined, name) ? joined[name] : undefined;
    const both = isObject(held) && isObject(value) ? join(held, value) : value;
    Object.defineProperty(joined, name, { value: both, writable: true, enumerable: true, configurable: true });
  }
  return joined;
}

/**
 * The step's line put together again, to be checked as any line of a run log.
 * @param leafOf the value of a field, undefined where there is none
 * @param more text of the JSON object with what was no leaf
 * @throws TypeError where `more` is no such text
 */
export function unflatten(
  leafOf: (field: LeafField) => Leaf | undefined,
  more: string | undefined,
  place: string,
): JsonFields {
  const line: JsonFields = {};
  for (const field of LEAF_FIELDS) {
    const value = leafOf(field);
    if (value !== undefined) insert(line, field.path, value);
  }
  return more === undefined ? line : join(line, jsonIn(more, place, 'more'));
}

/** The JSON object that a text holds. @throws TypeError with place and column where it is none */
export function jsonIn(text: string, place: string, column: string): JsonFields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  return isObject(value) ? value : mistyped(place, column, 'a JSON object', text);
}
