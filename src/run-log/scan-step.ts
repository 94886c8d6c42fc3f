import type { Decision, GradientStatistics, StepObservation } from '../core/types.js';
import { ByteCursor } from './byte-cursor.js';
import { changingKey, keyOf } from './byte-key.js';
import { fieldScanner } from './scan-fields.js';
import { GRADIENT_FIELDS } from './schema.js';
import { checkFields, type JsonFields } from './validate.js';

/** Reads steps as this package writes them. */
export interface StepScanner {
  /**
   * @param from begin of a line
   * @returns begin of the next line; -1 where the line is not one that this package writes, or not whole: then it says nothing about it
   */
  scan(bytes: Uint8Array, from: number): number;
  /** The observation of the last line that was read. */
  observation(): StepObservation;
  /** Its decision, if it had one. */
  decision(): Decision | undefined;
}

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

const NEW_LINE = 0x0a;
const RETURN = 0x0d;
const CLOSE = 0x7d;

const KEYS = {
  step: keyOf('{"step":'),
  epoch: keyOf(',"epoch":'),
  examplesSeen: keyOf(',"examplesSeen":'),
  batchSize: keyOf(',"batchSize":'),
  microBatches: keyOf(',"microBatches":'),
  learningRate: keyOf(',"learningRate":'),
  baseLearningRate: keyOf(',"baseLearningRate":'),
  loss: keyOf(',"loss":'),
  stepMs: keyOf(',"stepMs":'),
  gradient: keyOf(',"gradient":'),
  measureMs: keyOf(',"measureMs":'),
  short: keyOf(',"short":true'),
  validationLoss: keyOf(',"validationLoss":'),
  decision: keyOf(',"decision":{"step":'),
  learningRateFactor: keyOf(',"learningRateFactor":'),
  measureTrue: keyOf(',"measure":true,"reason":"'),
  measureFalse: keyOf(',"measure":false,"reason":"'),
};

type Conditions = Pick<StepObservation, 'batchSize' | 'microBatches' | 'learningRate' | 'baseLearningRate'>;

const NO_CONDITIONS: Conditions = { batchSize: 0, microBatches: 0, learningRate: 0, baseLearningRate: 0 };

const decoder = new TextDecoder('utf-8', { fatal: true });

const scanGradient = fieldScanner(GRADIENT_FIELDS);

/** The gradient statistics, whose fields the schema alone knows. */
function gradientOf(cursor: ByteCursor): GradientStatistics {
  const start = cursor.at;
  const scanned = scanGradient(cursor);
  if (cursor.isGood) return scanned as unknown as GradientStatistics;
  cursor.at = start;
  cursor.isGood = true;
  try {
    const gradient = JSON.parse(decoder.decode(cursor.object())) as JsonFields;
    checkFields(gradient, GRADIENT_FIELDS, '');
    return gradient as unknown as GradientStatistics;
  } catch {
    cursor.isGood = false;
    return scanned as unknown as GradientStatistics;
  }
}

/**
 * Reads the lines that {@link formatStep} writes, in place and twice as fast as JSON.parse, to the same values; says nothing about others,
 * so that whatever is wrong with a line is for one place alone to tell.
 */
export function stepScanner(): StepScanner {
  const cursor = new ByteCursor();
  let conditions: Conditions | undefined;
  const conditionBytes = changingKey();
  let decided: Decision | undefined;
  const decidedBytes = changingKey();
  let observation: StepObservation;
  let decision: Decision | undefined;

  /** What stays the same from step to step is recognised by its bytes, up to the key after it. */
  function readConditions(): Conditions {
    if (conditions !== undefined && cursor.passes(conditionBytes)) return conditions;
    const start = cursor.at;
    conditions = {
      batchSize: cursor.wholeAfter(KEYS.batchSize, 1),
      microBatches: cursor.wholeAfter(KEYS.microBatches, 1),
      learningRate: cursor.numberAfter(KEYS.learningRate),
      baseLearningRate: cursor.numberAfter(KEYS.baseLearningRate),
    };
    cursor.expect(KEYS.loss);
    conditionBytes.set(cursor.view, start, cursor.at);
    if (cursor.isGood) return conditions;
    conditions = undefined;
    return NO_CONDITIONS;
  }

  function addOptional(given: Writable<StepObservation>): void {
    if (cursor.passes(KEYS.gradient)) given.gradient = gradientOf(cursor);
    if (cursor.passes(KEYS.measureMs)) given.measureMs = cursor.number();
    if (cursor.passes(KEYS.short)) given.short = true;
    if (cursor.passes(KEYS.validationLoss)) given.validationLoss = cursor.number();
  }

  function readObservation(): StepObservation {
    const step = cursor.wholeAfter(KEYS.step, 1);
    const epoch = cursor.numberAfter(KEYS.epoch);
    const examplesSeen = cursor.wholeAfter(KEYS.examplesSeen, 0);
    const { batchSize, microBatches, learningRate, baseLearningRate } = readConditions();
    const loss = cursor.number();
    const stepMs = cursor.numberAfter(KEYS.stepMs);
    return { step, epoch, examplesSeen, batchSize, microBatches, learningRate, baseLearningRate, loss, stepMs };
  }

  /** All of a decision but its step, recognised likewise. */
  function readDecided(): Decision | undefined {
    if (decided !== undefined && cursor.passes(decidedBytes)) return decided;
    const start = cursor.at;
    const batchSize = cursor.wholeAfter(KEYS.batchSize, 1);
    const learningRate = cursor.numberAfter(KEYS.learningRate);
    const learningRateFactor = cursor.numberAfter(KEYS.learningRateFactor);
    const measure = cursor.passes(KEYS.measureTrue);
    if (!measure) cursor.expect(KEYS.measureFalse);
    const reason = cursor.text();
    if (!cursor.passesByte(CLOSE)) cursor.isGood = false;
    decided = cursor.isGood ? { step: 0, batchSize, learningRate, learningRateFactor, measure, reason } : undefined;
    decidedBytes.set(cursor.view, start, cursor.at);
    return decided;
  }

  function readDecision(): Decision | undefined {
    const step = cursor.whole(0);
    const rest = readDecided();
    if (rest === undefined) return undefined;
    const { batchSize, learningRate, learningRateFactor, measure, reason } = rest;
    return { step, batchSize, learningRate, learningRateFactor, measure, reason };
  }

  function isLineEnd(): boolean {
    if (!cursor.passesByte(CLOSE)) return false;
    return cursor.passesByte(NEW_LINE) || (cursor.passesByte(RETURN) && cursor.passesByte(NEW_LINE));
  }

  return {
    scan(bytes, from) {
      cursor.use(bytes);
      cursor.at = from;
      cursor.isGood = true;
      observation = readObservation();
      if (!cursor.isGood) return -1;
      if (!cursor.passes(KEYS.decision)) {
        addOptional(observation);
        decision = cursor.passes(KEYS.decision) ? readDecision() : undefined;
      } else decision = readDecision();
      return cursor.isGood && isLineEnd() ? cursor.at : -1;
    },
    observation: () => observation,
    decision: () => decision,
  };
}
