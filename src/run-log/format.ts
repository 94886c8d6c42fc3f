import type { Decision, JsonObject, RunFacts, StepObservation } from '../core/types.js';

/** Version of the format; a reader accepts its own and older ones. */
export const RUN_LOG_VERSION = 1;

/** Version of this package, as package.json has it. */
export const PACKAGE_VERSION = '0.1.0';

/** The first line of a run. */
export interface RunLogHeader {
  /** {@link RUN_LOG_VERSION}; its presence marks a header. */
  readonly runLog: number;
  /** Version of the package that wrote the log. */
  readonly version: string;
  readonly facts: RunFacts;
  /** The decision options as JSON, policy and rule by name. */
  readonly options: JsonObject;
  /** Versions, backend, model, optimizer, seed: for a reader, not for a replay. */
  readonly about: JsonObject;
  /** The controller's state at the start, if it was not fresh. */
  readonly state?: unknown;
}

/** Every other line: the observation and the decision made of it. */
export type RunLogStep = StepObservation & { readonly decision: Decision };

/** JSON has no NaN and no Infinity: they are written as strings, which {@link reviveNumber} reads back. */
export function replaceNumber(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

const NOT_FINITE = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/** A value of a run log as a number, where it stands for one. */
export function reviveNumber(value: unknown): unknown {
  return typeof value === 'string' ? (NOT_FINITE.get(value) ?? value) : value;
}

/** One line, without its line end. */
export function formatHeader(header: Omit<RunLogHeader, 'runLog' | 'version'>): string {
  return JSON.stringify({ runLog: RUN_LOG_VERSION, version: PACKAGE_VERSION, ...header }, replaceNumber);
}

/** One line, without its line end. */
export function formatStep(observation: StepObservation, decision: Decision): string {
  return JSON.stringify({ ...observation, decision }, replaceNumber);
}
