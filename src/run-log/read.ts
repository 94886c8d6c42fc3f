import type { Decision, GradientStatistics, StepObservation } from '../core/types.js';
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

type Fields = Readonly<Record<string, unknown>>;
type Line = { readonly runLog?: number } & Fields;

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
const OPTIONAL_NUMBERS = ['measureMs', 'validationLoss'] as const;
const DECISION_NUMBERS = ['step', 'batchSize', 'learningRate', 'learningRateFactor'] as const;
const STATISTICS = [
  'degreesOfFreedom',
  'squaredNormOfMean',
  'squaredDeviations',
  'meanProjection',
  'freshProjection',
  'freshDeviations',
  'projectionDeviations',
] as const;

function parse(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Line) : undefined;
  } catch {
    return undefined;
  }
}

function mistyped(place: string, name: string, type: string, value: unknown): never {
  throw new TypeError(`${place}: ${name} must be ${type}; got ${JSON.stringify(value)}`);
}

function objectOf(value: unknown, name: string, place: string): Fields {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Fields) : mistyped(place, name, 'an object', value);
}

/** The fields with these numbers read back from what JSON has for them. */
function withNumbers(fields: Fields, names: readonly string[], place: string): Fields {
  const numbers = names.map((name) => {
    const value = reviveNumber(fields[name]);
    return [name, typeof value === 'number' ? value : mistyped(place, name, 'a number', value)];
  });
  return { ...fields, ...Object.fromEntries(numbers) };
}

function decisionOf(value: unknown, place: string): Decision {
  const decision = withNumbers(objectOf(value, 'decision', place), DECISION_NUMBERS, place);
  if (typeof decision.measure !== 'boolean') mistyped(place, 'measure', 'a boolean', decision.measure);
  if (typeof decision.reason !== 'string') mistyped(place, 'reason', 'a string', decision.reason);
  return decision as unknown as Decision;
}

function gradientOf(value: unknown, place: string): GradientStatistics {
  const gradient = withNumbers(objectOf(value, 'gradient', place), STATISTICS, place);
  if (typeof gradient.route !== 'string') mistyped(place, 'route', 'a string', gradient.route);
  return gradient as unknown as GradientStatistics;
}

function stepOf(line: Line, place: string): LoggedStep {
  const { decision, gradient, ...facts } = line;
  if (facts.short !== undefined && facts.short !== true) mistyped(place, 'short', 'true', facts.short);
  const given = OPTIONAL_NUMBERS.filter((name) => facts[name] !== undefined);
  const observation = {
    ...withNumbers(facts, [...NUMBERS, ...given], place),
    ...(gradient !== undefined && { gradient: gradientOf(gradient, place) }),
  };
  return { observation: observation as unknown as StepObservation, decision: decisionOf(decision, place) };
}

function headerOf(line: Line, place: string): RunLogHeader {
  if (typeof line.runLog !== 'number' || line.runLog > RUN_LOG_VERSION) {
    mistyped(place, 'runLog', `a version up to ${RUN_LOG_VERSION}`, line.runLog);
  }
  for (const name of ['facts', 'options', 'about']) objectOf(line[name], name, place);
  return line as unknown as RunLogHeader;
}

/**
 * Reads a run log of one run or several.
 *
 * A broken line that ends the text, or stands before the next run's header, whole or broken itself, is what a killed process leaves: it
 * is left out with a warning.
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
      const following = next && parse(next.line);
      const isKilled = following === undefined || following.runLog !== undefined;
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
