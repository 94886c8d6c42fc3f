import type { Decision, StepObservation } from '../core/types.js';
import { RUN_LOG_VERSION, type RunLogHeader } from './format.js';
import { HEADER_FIELDS, STEP_FIELDS } from './schema.js';
import { checkFields, isObject, type JsonFields, mistyped } from './validate.js';

/** What a step's line holds. */
export interface ParsedStep {
  readonly observation: StepObservation;
  readonly decision?: Decision;
}

/** @returns the object that the text is; undefined if it is none */
export function parseObject(text: string): JsonFields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a parsed line begins a run. */
export function isHeader(fields: JsonFields): boolean {
  return fields.runLog !== undefined;
}

/** @throws TypeError that names place and field */
export function headerOf(fields: JsonFields, place: string): RunLogHeader {
  if (typeof fields.runLog !== 'number' || fields.runLog > RUN_LOG_VERSION) {
    mistyped(place, 'runLog', `a version up to ${RUN_LOG_VERSION}`, fields.runLog);
  }
  checkFields(fields, HEADER_FIELDS, place);
  return fields as unknown as RunLogHeader;
}

/** @throws TypeError that names place and field */
export function stepOf(fields: JsonFields, place: string): ParsedStep {
  checkFields(fields, STEP_FIELDS, place);
  const { decision, ...observation } = fields as JsonFields & { decision?: Decision };
  return {
    observation: observation as unknown as StepObservation,
    ...(decision !== undefined && { decision }),
  };
}
