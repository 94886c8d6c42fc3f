import fc from 'fast-check';
import { pipelineFromHeader } from '../../src/assembly/from-header.js';
import type { Pipeline, PipelineState } from '../../src/core/pipeline.js';
import type { Decision, JsonObject, Policy, RunFacts, StepObservation } from '../../src/core/types.js';
import type { LoggedRun } from '../../src/run-log/read.js';
import { gradientStatistics } from '../support/observations.js';
import { uniform } from '../support/random.js';

export const FACTS: RunFacts = { baseBatchSize: 16, baseLearningRate: 0.1, datasetSize: 8192 };

/** Facts of every kind of run. */
export const anyFacts: fc.Arbitrary<RunFacts> = fc.record(
  {
    baseBatchSize: fc.integer({ min: 1, max: 300 }),
    baseLearningRate: fc.constantFrom(0, 0.01, 0.5),
    datasetSize: fc.integer({ min: 1, max: 50_000 }),
    optimizer: fc.constantFrom('sgd', 'momentum', 'adaptive'),
    batchQuantum: fc.integer({ min: 1, max: 64 }),
    maxMicroBatchSize: fc.integer({ min: 1, max: 1024 }),
    // A rule for Adam must find one.
    adam: fc.constant({ beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }),
  },
  { requiredKeys: ['baseBatchSize', 'baseLearningRate', 'adam'] },
);

/**
 * A training that obeys: noise scale 200 at first and growing as the loss falls, 4 ms + 0.01 ms an example, 3 ms more a micro-batch.
 * The batch grows under the default policy.
 */
export function training(seed = 1, examplesSeen = 0): (decision: Decision) => StepObservation {
  const random = uniform(seed);
  const jitter = (): number => 0.9 + 0.2 * random();
  let seen = examplesSeen;
  return ({ step, batchSize, learningRate, measure }) => {
    seen += batchSize;
    const norm = Math.exp(-step / 200);
    const microBatches = measure ? 2 : 1;
    const facts: StepObservation = {
      step: step + 1,
      epoch: Math.floor(seen / 8192),
      examplesSeen: seen,
      batchSize,
      microBatches,
      learningRate,
      baseLearningRate: 0.1,
      loss: 2 * Math.exp(-step / 150) * jitter(),
      stepMs: (4 + 0.01 * batchSize + 3 * (microBatches - 1)) * jitter(),
    };
    if (!measure) return facts;
    const [trace, squaredNormOfMean] = [200 * jitter(), (norm + 200 / batchSize) * jitter()];
    const gradient = gradientStatistics({
      route: 'microBatches',
      degreesOfFreedom: 1,
      squaredNormOfMean,
      squaredDeviations: trace,
      meanProjection: squaredNormOfMean,
      freshProjection: squaredNormOfMean,
      freshDeviations: trace,
      projectionDeviations: trace * norm * jitter(),
    });
    return { ...facts, gradient, measureMs: jitter() };
  };
}

/** The decisions of a pipeline on observations, one each. */
export function decisionsOf(
  pipeline: Pipeline,
  observations: readonly StepObservation[],
  start: PipelineState = pipeline.start(),
): Decision[] {
  let state = start;
  return observations.map((observation) => {
    const advance = pipeline.advance(state, observation);
    state = advance.state;
    return advance.decision;
  });
}

/** The decisions that the log's header makes of its observations. */
export function replayed({ header, steps }: LoggedRun): Decision[] {
  const { pipeline, state } = pipelineFromHeader(header);
  return decisionsOf(
    pipeline,
    steps.map(({ observation }) => observation),
    state,
  );
}

/** A policy of one's own that asks for these sizes one after another and then holds; `null`: throws. */
export function scripted(sizes: readonly (number | null)[], options?: JsonObject): Policy<number> {
  return {
    name: 'scripted',
    ...(options && { options }),
    init: () => 0,
    update(at) {
      const batchSize = sizes[at];
      if (batchSize === null) throw new Error(`no size ${at}`);
      const reason = `script ${at}`;
      return { state: at + 1, decision: batchSize === undefined ? { reason } : { batchSize, reason } };
    },
  };
}
