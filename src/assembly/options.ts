import { checkAtLeast, checkCount, checkGreater, checkKeys } from '../core/checks.js';
import { type MeasureOptions, measuringSchedule } from '../core/measuring.js';
import type { LearningRateRule, LearningRateSchedule, Policy } from '../core/types.js';

/** What decides, and within which bounds. Every option has a safe default. */
export interface DecisionOptions {
  /** The rule for the batch size. @defaultValue cooled(ramped(gaussianWalk())) */
  // biome-ignore lint/suspicious/noExplicitAny: a policy's state is its own business
  readonly policy?: Policy<any>;
  /** The rule for the learning rate. @defaultValue adaScale({ reach: 'optimizer' }), with power 0.5 for optimizers that divide by the gradient's size */
  readonly learningRate?: LearningRateRule;
  /**
   * The course of the rate over the training, on a clock of examples. It multiplies the user's own rate, whatever another callback makes of
   * that, and the rule's factor comes on top. @defaultValue none: the user's own rate
   */
  readonly schedule?: LearningRateSchedule;
  /** Least batch size, whatever the policy says [examples], a whole number >= 1. @defaultValue 1 */
  readonly minBatchSize?: number;
  /** Greatest batch size, whatever the policy says [examples], >= minBatchSize. @defaultValue the size of the data, where known */
  readonly maxBatchSize?: number;
  /** Least learning rate that a rule may set; >= 0. @defaultValue 0 */
  readonly minLearningRate?: number;
  /** Greatest learning rate that a rule may set; > 0. @defaultValue no bound */
  readonly maxLearningRate?: number;
  /** Lower the factor of the rule for good when the loss jumps under it, down to the user's own rate. @defaultValue true */
  readonly rateGuard?: boolean;
  /** Factor between the batch sizes offered to the policy; > 1. @defaultValue 2 */
  readonly ladder?: number;
  /** Examples after which statistics have faded to 1/e; > 0 [examples]. @defaultValue 2000 */
  readonly memory?: number;
  /** When to measure the gradient statistics. @defaultValue within 2 % of the training time */
  readonly measure?: MeasureOptions;
}

export const DEFAULT_LADDER = 2;
export const DEFAULT_MEMORY = 2000;

/** The keys of {@link DecisionOptions}. */
export const DECISION_KEYS = [
  'policy',
  'learningRate',
  'schedule',
  'minBatchSize',
  'maxBatchSize',
  'minLearningRate',
  'maxLearningRate',
  'rateGuard',
  'ladder',
  'memory',
  'measure',
] as const satisfies readonly (keyof DecisionOptions)[];

function checkHas(name: string, value: object | undefined, method: string, example: string): void {
  const found = (value as Record<string, unknown> | undefined)?.[method];
  if (value !== undefined && typeof found !== 'function') {
    throw new RangeError(
      `${name} must be an object with a function ${method}(), for example ${example}; got ${String(value)}`,
    );
  }
}

/**
 * @param keys all options that there are
 * @throws RangeError naming the first option outside its range, at construction rather than in the training
 */
export function checkDecisionOptions(
  name: string,
  options: DecisionOptions,
  keys: readonly string[] = DECISION_KEYS,
): void {
  checkKeys(name, options, keys);
  const min = checkCount('minBatchSize', options.minBatchSize ?? 1);
  checkCount('maxBatchSize', options.maxBatchSize ?? Number.MAX_SAFE_INTEGER, min);
  const least = checkAtLeast('minLearningRate', options.minLearningRate ?? 0, 0);
  if (options.maxLearningRate !== undefined) {
    checkAtLeast('maxLearningRate', checkGreater('maxLearningRate', options.maxLearningRate, 0), least);
  }
  checkGreater('ladder', options.ladder ?? DEFAULT_LADDER, 1);
  checkGreater('memory', options.memory ?? DEFAULT_MEMORY, 0);
  measuringSchedule(options.measure);
  checkHas('policy', options.policy, 'update', 'gaussianWalk()');
  checkHas('learningRate', options.learningRate, 'factor', 'adaScale()');
  checkHas('schedule', options.schedule, 'factor', 'cosine({ epochs: 20 })');
}
