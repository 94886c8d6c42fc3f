import type { Decision, StepObservation } from '../core/types.js';
import { RUN_LOG_VERSION, type RunLogHeader, reviveNumber } from './format.js';

/** One step of a run as its log has it. */
export interface LoggedStep {
  readonly observation: StepObservation;
  readonly decision: Decision;
}

/** One run of a log. */
export interface LoggedRun {
  readonly header: RunLogHeader;
  readonly steps: readonly LoggedStep[];
}

/** A log as it was read. */
export interface RunLog {
  readonly runs: readonly LoggedRun[];
  /** Lines that a killed run left half written and that were left out, each with file and line number. */
  readonly warnings: readonly string[];
}

type Line = { readonly runLog?: number } & Record<string, unknown>;

const NUMBERS = [
  'step',
  'epoch',
  'examplesSeen',
  'batchSize',
  'microBatches',
  'learningRate',
  'baseLearningRate',
  'loss',
  'stepMs',
] as const;

function parse(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Line) : undefined;
  } catch {
    return undefined;
  }
}

function revived<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, reviveNumber(entry)])) as Value;
}

function stepOf(line: Line, place: string): LoggedStep {
  const { decision, gradient, ...facts } = revived(line);
  for (const name of NUMBERS) {
    if (typeof facts[name] !== 'number')
      throw new TypeError(`${place}: ${name} must be a number; got ${JSON.stringify(facts[name])}`);
  }
  if (typeof decision !== 'object' || decision === null) throw new TypeError(`${place}: decision must be an object`);
  const statistics = gradient === undefined ? {} : { gradient: revived(gradient as object) };
  return {
    observation: { ...facts, ...statistics } as unknown as StepObservation,
    decision: decision as Decision,
  };
}

function headerOf(line: Line, place: string): RunLogHeader {
  if (typeof line.runLog !== 'number' || line.runLog > RUN_LOG_VERSION) {
    throw new TypeError(
      `${place}: runLog must be a version up to ${RUN_LOG_VERSION}; got ${JSON.stringify(line.runLog)}`,
    );
  }
  return line as unknown as RunLogHeader;
}

/**
 * Reads a run log of one run or several.
 *
 * A broken line that ends the text or stands before the next run's header is what a killed process leaves: it is left out with a warning.
 * @param text the whole log
 * @param name of the file, for messages
 * @throws TypeError with file and line for a broken line elsewhere or a field of the wrong type
 */
export function readRunLog(text: string, name = 'run log'): RunLog {
  const lines = text.split('\n').map((line, i) => ({ line, place: `${name}:${i + 1}` }));
  const filled = lines.filter(({ line }) => line.trim() !== '');
  const runs: { header: RunLogHeader; steps: LoggedStep[] }[] = [];
  const warnings: string[] = [];
  for (const [i, { line, place }] of filled.entries()) {
    const value = parse(line);
    if (value === undefined) {
      const next = filled[i + 1];
      const isKilled = next === undefined || parse(next.line)?.runLog !== undefined;
      if (!isKilled) throw new TypeError(`${place}: not a JSON object`);
      warnings.push(`${place}: half a line, left out`);
    } else if (value.runLog !== undefined) {
      runs.push({ header: headerOf(value, place), steps: [] });
    } else {
      const run = runs.at(-1);
      if (run === undefined) throw new TypeError(`${place}: a step before any header`);
      run.steps.push(stepOf(value, place));
    }
  }
  return { runs, warnings };
}
