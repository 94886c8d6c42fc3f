import { cooled, ramped } from '../combinators/index.js';
import { describePolicy } from '../combinators/restricted.js';
import { checkAdam } from '../core/adam.js';
import { checkAtLeast, checkBetween, checkCount } from '../core/checks.js';
import { NO_PROGRESS } from '../core/gain.js';
import { ladder } from '../core/ladder.js';
import { DEFAULT_BUDGET, measuringSchedule } from '../core/measuring.js';
import { createPipeline, type EstimatorSet, type Pipeline, type PipelineParts } from '../core/pipeline.js';
import type { Estimator, Json, JsonObject, LearningRateRule, Policy, RunFacts } from '../core/types.js';
import { layerNoise, noiseScale, smoothedLoss, stepTime, walk, walkAtHand } from '../estimators/index.js';
import { adaScale } from '../learning-rates/index.js';
import { gaussianWalk } from '../policies/index.js';
import { DECISION_KEYS, DEFAULT_LADDER, DEFAULT_MEMORY, type DecisionOptions } from './options.js';

/** No fewer measured steps than about this many stand behind a smoothed statistic. */
const LEAST_READINGS = 16;
/** After so many steps the gradient being measured is under a tenth of the running size that Adam divides it by. */
const SETTLE_STEPS = 10;
/** The ladder ends at this many times the base, so that a default never meets a memory bound out of the blue. */
const MOST_GROWTH = 64;
/** Fewer updates an epoch than this leave a policy too few steps to see what it does. */
const LEAST_UPDATES_AN_EPOCH = 8;

/** The default policy. */
export function defaultPolicy(): Policy {
  return cooled(ramped(gaussianWalk())) as Policy;
}

/**
 * The default rule: the gain of the larger batch, as far as the optimizer's memory lets it reach; its root where the optimizer's step already divides by the
 * gradient's size.
 */
export function defaultLearningRate(optimizer: RunFacts['optimizer']): LearningRateRule {
  return adaScale({ power: optimizer === 'adaptive' ? 0.5 : 1, reach: 'optimizer' });
}

/** The pipeline carries each estimator's state without looking into it. */
function erased<State extends Json, Estimate>(estimator: Estimator<State, Estimate>): Estimator<Json, Estimate> {
  return estimator as unknown as Estimator<Json, Estimate>;
}

function estimatorsFor(memory: number, datasetSize: number | undefined): EstimatorSet {
  const gradientMemory = { memory, leastReadings: LEAST_READINGS, ...(datasetSize !== undefined && { datasetSize }) };
  return {
    loss: erased(smoothedLoss(memory)),
    noise: erased(noiseScale(gradientMemory)),
    layers: erased(layerNoise(gradientMemory)),
    walk: erased(walk(gradientMemory)),
    time: erased(stepTime()),
    walkAtHand,
  };
}

/** The least batch worth offering: where batches are whole numbers of the user's, only two or more can be measured. */
function leastCandidate({ minBatchSize }: DecisionOptions, { baseBatchSize, batchQuantum = 1 }: RunFacts): number {
  return batchQuantum > 1 ? Math.max(minBatchSize ?? 1, 2 * batchQuantum) : (minBatchSize ?? baseBatchSize);
}

/** The batch sizes offered to the policy: from the base, or the least allowed, to 64 times the base or an eighth of the data. */
function candidatesFor(options: DecisionOptions, facts: RunFacts): number[] {
  const { baseBatchSize, datasetSize = Number.POSITIVE_INFINITY, batchQuantum = 1 } = facts;
  const usual = Math.min(MOST_GROWTH * baseBatchSize, datasetSize / LEAST_UPDATES_AN_EPOCH);
  const least = Math.ceil((options.minBatchSize ?? 1) / batchQuantum) * batchQuantum;
  return ladder({
    base: baseBatchSize,
    factor: options.ladder ?? DEFAULT_LADDER,
    min: leastCandidate(options, facts),
    max: Math.min(options.maxBatchSize ?? Math.max(usual, baseBatchSize, least), datasetSize),
    quantum: batchQuantum,
  });
}

/**
 * What a pipeline is made of, from the options and the facts of a run.
 * @throws RangeError if a fact lies outside its range, or the rule or the schedule needs one that is not there
 */
function partsFor(options: DecisionOptions, facts: RunFacts): PipelineParts {
  checkCount('baseBatchSize', facts.baseBatchSize);
  checkAtLeast('baseLearningRate', facts.baseLearningRate, 0);
  checkCount('datasetSize', facts.datasetSize ?? 1);
  checkCount('batchQuantum', facts.batchQuantum ?? 1);
  checkCount('maxMicroBatchSize', facts.maxMicroBatchSize ?? 1);
  checkBetween('momentum', facts.momentum ?? 0, 0, 1);
  const learningRate = options.learningRate ?? defaultLearningRate(facts.optimizer);
  checkAdam(learningRate, facts);
  // A course whose length cannot be told from the facts is refused here, not in the middle of the training.
  options.schedule?.factor(NO_PROGRESS, facts);
  return {
    estimators: estimatorsFor(options.memory ?? DEFAULT_MEMORY, facts.datasetSize),
    policy: (options.policy as Policy | undefined) ?? defaultPolicy(),
    learningRate,
    schedule: options.schedule,
    measuring: measuringSchedule(options.measure, facts.optimizer === 'adaptive' ? SETTLE_STEPS : 0),
    candidates: candidatesFor(options, facts),
    minBatchSize: options.minBatchSize ?? 1,
    maxBatchSize: Math.min(
      options.maxBatchSize ?? Number.POSITIVE_INFINITY,
      facts.datasetSize ?? Number.POSITIVE_INFINITY,
    ),
    minLearningRate: options.minLearningRate ?? 0,
    maxLearningRate: options.maxLearningRate ?? Number.POSITIVE_INFINITY,
    guardsRate: options.rateGuard ?? true,
    facts,
  };
}

/**
 * Puts a pipeline together from the options and the facts of a run.
 * @throws RangeError if a fact lies outside its range, or the rule or the schedule needs one that is not there
 */
export function assemble(options: DecisionOptions, facts: RunFacts): Pipeline {
  return createPipeline(partsFor(options, facts));
}

/** The options that decide, as JSON, the defaults filled in: what a run log's header holds. Whatever else `options` holds is left out. */
export function describeOptions(options: DecisionOptions, facts: RunFacts): JsonObject {
  const rule = options.learningRate ?? defaultLearningRate(facts.optimizer);
  const { schedule } = options;
  const plain = DECISION_KEYS.filter((key) => ['number', 'boolean'].includes(typeof options[key])).map((key) => [
    key,
    options[key],
  ]);
  return {
    ladder: DEFAULT_LADDER,
    memory: DEFAULT_MEMORY,
    ...Object.fromEntries(plain),
    policy: describePolicy((options.policy as Policy | undefined) ?? defaultPolicy()),
    learningRate: { name: rule.name, options: rule.options ?? {} },
    ...(schedule && { schedule: { name: schedule.name, options: schedule.options ?? {} } }),
    measure: { budget: DEFAULT_BUDGET, ...options.measure },
  };
}
