import { assemble } from '../../src/assembly/assemble.js';
import type { DecisionOptions } from '../../src/assembly/options.js';
import type { RunFacts, StepObservation } from '../../src/core/types.js';

/** What a simulated training asks before a step, and tells after it. */
export interface Controls {
  /** Size of the next batch [examples]; where the policy draws, of a draw. */
  readonly batchSize: number;
  readonly isMeasured: boolean;
  readonly isByLayer: boolean;
  /** Whether a measured batch is cut in two, as the package's loops do until the time of a step is known. */
  readonly isCut: boolean;
  /** The first error that a policy or rule threw. */
  readonly error: string | undefined;
  learningRateAt(batchSize: number): number;
  /** Size wanted now that so much is drawn; absent: the policy does not draw. */
  readonly drawTarget?: (drawn: Pick<StepObservation, 'gradient' | 'batchSize' | 'loss'>) => number;
  observe(observation: StepObservation): void;
}

/** The base size and rate throughout. */
export function fixedControls({ baseBatchSize, baseLearningRate }: RunFacts): Controls {
  return {
    batchSize: baseBatchSize,
    isMeasured: false,
    isByLayer: false,
    isCut: false,
    error: undefined,
    learningRateAt: () => baseLearningRate,
    observe: () => {},
  };
}

/** The package's own pipeline. */
export function controlledBy(options: DecisionOptions, facts: RunFacts): Controls {
  const pipeline = assemble(options, facts);
  const { baseLearningRate } = facts;
  let state = pipeline.start();
  let error: string | undefined;
  const { drawSize } = pipeline;
  return {
    get batchSize() {
      return drawSize ?? state.decision.batchSize;
    },
    get isMeasured() {
      return drawSize !== undefined || state.decision.measure;
    },
    isByLayer: options.measure?.layers === true,
    get isCut() {
      return drawSize === undefined && state.estimates.time === undefined;
    },
    get error() {
      return error;
    },
    learningRateAt: (batchSize) => pipeline.learningRateAt(state, batchSize, baseLearningRate),
    ...(drawSize !== undefined && {
      drawTarget: (drawn) => pipeline.drawTarget(state, { ...drawn, baseLearningRate }),
    }),
    observe(observation) {
      const advance = pipeline.advance(state, observation);
      state = advance.state;
      error ??= advance.error?.message;
    },
  };
}
