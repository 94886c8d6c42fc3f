import { resolve } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import type { Dataset } from '@tensorflow/tfjs-data';
import type { History, LayersModel, ModelFitArgs, ModelFitDatasetArgs } from '@tensorflow/tfjs-layers';
import { expectTypeOf } from 'expect-type';
import type { Observable, OperatorFunction } from 'rxjs';
import {
  type AdamParameters,
  type AdaptiveBatch,
  type AdaptiveBatchOptions,
  AdaptiveController,
  type AdaptiveLoop,
  type AdaptiveLoopOptions,
  type Anomaly,
  adamSquareRoot,
  adaptiveBatch,
  adaptiveLoop,
  type Batch,
  type BatchSource,
  type Change,
  type ControllerState,
  clamped,
  cooled,
  cosine,
  type Decision,
  type DecisionOptions,
  decide,
  type Estimates,
  fixed,
  type GradientRoute,
  type GradientStatistics,
  gaussianWalk,
  type InformedOptions,
  informed,
  type Json,
  type LayerNoiseEstimate,
  type LayerStatistics,
  type LearningRateRule,
  type LearningRateSchedule,
  type LoopStep,
  type MeasureOptions,
  memoryLog,
  type Pipeline,
  type PipelineState,
  type Policy,
  type PolicyContext,
  type PolicyDecision,
  pipelineFromHeader,
  policyFrom,
  type RunFacts,
  type RunLog,
  type RunLogHeader,
  type RunLogSink,
  ramped,
  readRunLog,
  type ScheduleLength,
  type StepObservation,
  squareRoot,
  step,
} from 'tfjs-adaptive-batch';
import * as core from 'tfjs-adaptive-batch/core';
import ts from 'typescript';

/** A policy of one’s own. */
function doubling(): Policy<{ readonly mark: number }> {
  return {
    name: 'doubling',
    init: () => ({ mark: 0 }),
    update(state, { loss = 0 }, { batchSize }) {
      return { state: { mark: loss + state.mark }, decision: { batchSize: 2 * batchSize, reason: 'always' } };
    },
  };
}

/** These never run: the test has TypeScript check them. */
const statements = {
  policies(): void {
    expectTypeOf<Policy>().toHaveProperty('name').toEqualTypeOf<string>();
    expectTypeOf<Policy<number>['init']>().toEqualTypeOf<() => number>();
    expectTypeOf<Parameters<Policy<null>['update']>>().toEqualTypeOf<
      [state: null, estimates: Estimates, context: PolicyContext]
    >();
    expectTypeOf<ReturnType<Policy<string>['update']>>().toEqualTypeOf<{ state: string; decision: PolicyDecision }>();
    expectTypeOf<PolicyDecision['batchSize']>().toEqualTypeOf<number | undefined>();
    // @ts-expect-error a Date does not survive JSON
    expectTypeOf<Policy<Date>>();
    // @ts-expect-error a reason is due
    expectTypeOf({ batchSize: 3 }).toExtend<PolicyDecision>();

    expectTypeOf(gaussianWalk()).toEqualTypeOf<Policy<null>>();
    expectTypeOf(ramped(doubling())).toEqualTypeOf<Policy<{ readonly mark: number }>>();
    expectTypeOf(clamped(doubling(), { max: 9 })).toEqualTypeOf<Policy<{ readonly mark: number }>>();
    expectTypeOf(informed(doubling(), { degreesOfFreedom: 4 })).toEqualTypeOf<Policy<{ readonly mark: number }>>();
    expectTypeOf<InformedOptions>().toEqualTypeOf<{
      readonly degreesOfFreedom?: number;
      readonly relativeError?: number;
    }>();
    // @ts-expect-error misspelt
    informed(gaussianWalk(), { relativeerror: 0.3 });
    expectTypeOf(cooled(doubling()).init()).toEqualTypeOf<{
      readonly batchSize: number;
      readonly since: number;
      readonly inner: { readonly mark: number };
    }>();
    expectTypeOf(policyFrom({ name: 'fixed', options: {} })).toEqualTypeOf<Policy<Json>>();
    // @ts-expect-error misspelt
    gaussianWalk({ mingain: 2 });
    // @ts-expect-error the bounds are what clamped is for
    clamped(gaussianWalk());
    expectTypeOf(squareRoot()).toEqualTypeOf<LearningRateRule>();
    expectTypeOf(adamSquareRoot()).toEqualTypeOf<LearningRateRule>();
    expectTypeOf<LearningRateRule['adamParameters']>().toEqualTypeOf<
      ((batchSize: number, baseBatchSize: number, adam: AdamParameters) => AdamParameters) | undefined
    >();
  },

  schedules(): void {
    expectTypeOf(cosine({ epochs: 3 })).toEqualTypeOf<LearningRateSchedule>();
    expectTypeOf(step({ at: [{ epochs: 3 }, { examples: 9 }] })).toEqualTypeOf<LearningRateSchedule>();
    expectTypeOf<ScheduleLength>().toEqualTypeOf<{ readonly examples?: number; readonly epochs?: number }>();
    expectTypeOf<AdaptiveBatchOptions['schedule']>().toEqualTypeOf<LearningRateSchedule | undefined>();
    // @ts-expect-error a step is longer the larger the batch
    cosine({ steps: 100 });
    // @ts-expect-error no such clock
    step({ clock: 'steps' });
  },

  options(): void {
    expectTypeOf<Required<AdaptiveBatchOptions>>().toHaveProperty('policy');
    expectTypeOf({}).toExtend<AdaptiveBatchOptions>();
    expectTypeOf<AdaptiveBatchOptions>().toExtend<DecisionOptions>();
    expectTypeOf<AdaptiveBatchOptions['learningRate']>().toEqualTypeOf<LearningRateRule | undefined>();
    expectTypeOf<AdaptiveBatchOptions['log']>().toEqualTypeOf<string | RunLogSink | undefined>();
    expectTypeOf<AdaptiveBatchOptions['yieldEvery']>().toEqualTypeOf<number | 'never' | undefined>();
    expectTypeOf<AdaptiveBatchOptions['strict']>().toEqualTypeOf<boolean | undefined>();
    expectTypeOf<keyof AdaptiveBatchOptions>().toEqualTypeOf<
      | ('policy' | 'learningRate' | 'minBatchSize' | 'maxBatchSize' | 'minLearningRate' | 'maxLearningRate')
      | (
          | 'schedule'
          | 'rateGuard'
          | 'ladder'
          | 'memory'
          | 'measure'
          | 'log'
          | 'strict'
          | 'watch'
          | 'batchSize'
          | 'maxMicroBatchSize'
          | 'maxMemory'
          | 'probeMemory'
          | 'seed'
          | 'yieldEvery'
        )
    >();
    const policies: AdaptiveBatchOptions[] = [
      { policy: doubling() },
      { policy: cooled(doubling()) },
      { policy: fixed() },
    ];
    expectTypeOf(policies).not.toBeAny();
    // @ts-expect-error a policy, not its factory
    expectTypeOf({ policy: gaussianWalk }).toExtend<AdaptiveBatchOptions>();
  },

  callback(model: LayersModel, union: tfjs.LayersModel, sequential: tfjs.Sequential): void {
    expectTypeOf(adaptiveBatch()).toEqualTypeOf<AdaptiveBatch>();
    expectTypeOf(adaptiveBatch(model)).toEqualTypeOf<AdaptiveBatch>();
    expectTypeOf(adaptiveBatch(union, { seed: 1 })).toEqualTypeOf<AdaptiveBatch>();
    expectTypeOf(adaptiveBatch(sequential, { policy: doubling() })).toEqualTypeOf<AdaptiveBatch>();
    expectTypeOf(adaptiveBatch({ log: memoryLog() })).toEqualTypeOf<AdaptiveBatch>();
    // @ts-expect-error no model
    adaptiveBatch(16);
    // @ts-expect-error misspelt
    adaptiveBatch(model, { maxBatchsize: 3 });
    // @ts-expect-error a bound is a number
    adaptiveBatch({ maxBatchSize: '64' });

    expectTypeOf<AdaptiveBatch>().toExtend<NonNullable<ModelFitArgs['callbacks']>>();
    expectTypeOf<AdaptiveBatch>().toExtend<NonNullable<ModelFitDatasetArgs<unknown>['callbacks']>>();
    expectTypeOf<AdaptiveBatch['controller']>().toEqualTypeOf<AdaptiveController>();
    expectTypeOf<AdaptiveBatch['getState']>().returns.toEqualTypeOf<ControllerState | undefined>();
    expectTypeOf<AdaptiveBatch['restore']>().returns.toEqualTypeOf<AdaptiveBatch>();
  },

  async batches(model: tfjs.Sequential, xs: tfjs.Tensor2D, ys: tfjs.Tensor): Promise<void> {
    const callbacks = adaptiveBatch(model);
    const values = new Float32Array(12);
    const rows: Dataset<{ xs: tfjs.Tensor; ys: tfjs.Tensor }> = null as never;
    const sources: BatchSource[] = [
      { xs, ys },
      { xs: { values, shape: [6, 2] }, ys: [ys, ys] },
      { xs: { a: xs }, ys },
      rows,
    ];
    for (const source of sources) {
      const history = model.fitDataset(callbacks.batches(source, { shuffle: false }), { epochs: 2, callbacks });
      expectTypeOf(history).toEqualTypeOf<Promise<History>>();
    }
    expectTypeOf(await model.fit(xs, ys, { callbacks: [callbacks] })).toEqualTypeOf<History>();
    // @ts-expect-error no targets
    callbacks.batches({ xs });
    // @ts-expect-error not a typed array
    callbacks.batches({ xs: { values: [1, 2], shape: [2] }, ys });
  },

  events(controller: AdaptiveController): void {
    controller.on('start', (...given) => expectTypeOf(given).toEqualTypeOf<[facts: RunFacts, decision: Decision]>());
    controller.on('decision', (...given) =>
      expectTypeOf(given).toEqualTypeOf<[decision: Decision, observation: StepObservation]>(),
    );
    controller.on('change', (...given) => expectTypeOf(given).toEqualTypeOf<[change: Change]>());
    controller.once('anomaly', (...given) => expectTypeOf(given).toEqualTypeOf<[anomaly: Anomaly]>());
    controller.on('warning', (...given) => expectTypeOf(given).toEqualTypeOf<[message: string]>());
    controller.on('error', (...given) => expectTypeOf(given).toEqualTypeOf<[error: Error]>());
    controller.on('end', (...given) => expectTypeOf(given).toEqualTypeOf<[]>());
    // @ts-expect-error there is no such event
    controller.on('changed', () => undefined);
    // @ts-expect-error a message is a string
    controller.on('warning', (_message: number) => undefined);
    expectTypeOf<Change['from']>().toEqualTypeOf<Pick<Decision, 'batchSize' | 'learningRate'>>();
  },

  controller(control: AdaptiveController): void {
    expectTypeOf(AdaptiveController).toBeConstructibleWith();
    expectTypeOf(AdaptiveController).toBeConstructibleWith({ policy: doubling(), strict: true });
    expectTypeOf(control.observations$).toEqualTypeOf<Observable<StepObservation>>();
    expectTypeOf(control.estimates$).toEqualTypeOf<Observable<Estimates>>();
    expectTypeOf(control.decisions$).toEqualTypeOf<Observable<Decision>>();
    expectTypeOf(control.changes$).toEqualTypeOf<Observable<Change>>();
    expectTypeOf(control.start).parameter(0).toEqualTypeOf<RunFacts>();
    expectTypeOf(control.start).returns.toEqualTypeOf<Decision>();
    expectTypeOf(control.observe).toEqualTypeOf<(observation: StepObservation) => Decision>();
    expectTypeOf(control.decision).toEqualTypeOf<Decision | undefined>();
    expectTypeOf(control.getState()).toEqualTypeOf<ControllerState | undefined>();
    // @ts-expect-error before the first start there is no state
    control.restore(control.getState());
    // @ts-expect-error read only
    control.isRunning = true;
  },

  operator(source: Observable<StepObservation>, numbers: Observable<number>, facts: RunFacts): void {
    expectTypeOf(decide).parameters.toEqualTypeOf<[options: DecisionOptions, facts: RunFacts]>();
    expectTypeOf(decide({}, facts)).toEqualTypeOf<OperatorFunction<StepObservation, Decision>>();
    expectTypeOf(source.pipe(decide({ policy: doubling() }, facts))).toEqualTypeOf<Observable<Decision>>();
    // @ts-expect-error no observations
    numbers.pipe(decide({}, facts));
    // @ts-expect-error what does not decide is no option here
    decide({ log: 'run.jsonl' }, facts);
    // @ts-expect-error the base is due
    decide({}, { baseBatchSize: 16 });
  },

  loop(optimizer: tfjs.Optimizer, model: tfjs.LayersModel, xs: tfjs.Tensor, ys: tfjs.Tensor): void {
    const loss = (batch: Batch): tfjs.Scalar =>
      (model.apply(batch.xs as tfjs.Tensor) as tfjs.Tensor).mean() as tfjs.Scalar;
    const made = adaptiveLoop({ optimizer, loss, source: { xs, ys } });
    expectTypeOf(made).toEqualTypeOf<AdaptiveLoop>();
    expectTypeOf(made.step()).toEqualTypeOf<Promise<LoopStep>>();
    expectTypeOf(made.pass()).toExtend<AsyncIterable<LoopStep>>();
    expectTypeOf<AdaptiveLoopOptions['optimizer']>().toEqualTypeOf<tfjs.Optimizer>();
    // @ts-expect-error a loss is due
    adaptiveLoop({ optimizer, source: { xs, ys } });
  },

  replay(header: RunLogHeader): void {
    expectTypeOf(readRunLog).toEqualTypeOf<(text: string, name?: string) => RunLog>();
    expectTypeOf<RunLog['runs'][number]['steps'][number]['decision']>().toEqualTypeOf<Decision>();
    expectTypeOf(pipelineFromHeader(header)).toEqualTypeOf<{ pipeline: Pipeline; state: PipelineState }>();
    expectTypeOf(pipelineFromHeader).parameter(1).extract<object>().toHaveProperty('policy');
    expectTypeOf(memoryLog().lines).toEqualTypeOf<readonly string[]>();
    expectTypeOf(memoryLog()).toExtend<RunLogSink>();
  },

  measuring(estimates: Estimates, gradient: GradientStatistics): void {
    expectTypeOf<GradientRoute>().toEqualTypeOf<
      'microBatches' | 'closedForm' | 'randomSigns' | 'perExample' | 'temporal'
    >();
    expectTypeOf<MeasureOptions['route']>().toEqualTypeOf<GradientRoute | 'auto' | undefined>();
    expectTypeOf<MeasureOptions['layers']>().toEqualTypeOf<boolean | undefined>();
    // @ts-expect-error no such route
    expectTypeOf({ route: 'exact' }).toExtend<MeasureOptions>();
    expectTypeOf(gradient.route).toEqualTypeOf<GradientRoute>();
    expectTypeOf(gradient.layers).toEqualTypeOf<readonly LayerStatistics[] | undefined>();
    expectTypeOf(gradient.exampleNorms).toEqualTypeOf<readonly number[] | undefined>();
    expectTypeOf<keyof LayerStatistics>().toEqualTypeOf<
      'layer' | 'parameters' | 'squaredNormOfMean' | 'squaredDeviations'
    >();
    expectTypeOf(estimates.layers).toEqualTypeOf<readonly LayerNoiseEstimate[] | undefined>();
    expectTypeOf(estimates.measuringShare).toEqualTypeOf<number | undefined>();
    expectTypeOf(estimates.noise?.isLowerBound).toEqualTypeOf<true | undefined>();
    expectTypeOf(estimates.noise?.standardError).toEqualTypeOf<number | undefined>();
    // @ts-expect-error statistics without degrees of freedom tell nothing
    expectTypeOf({ route: 'closedForm', squaredNormOfMean: 1 }).toExtend<GradientStatistics>();
  },

  facts(observation: StepObservation): void {
    expectTypeOf<Parameters<Pipeline['advance']>>().toEqualTypeOf<
      [state: PipelineState, observation: StepObservation]
    >();
    expectTypeOf(observation.short).toEqualTypeOf<true | undefined>();
    // @ts-expect-error an observation is what it was
    observation.loss = 0;
    expectTypeOf(core.decide).toEqualTypeOf(decide);
    expectTypeOf<core.Decision>().toEqualTypeOf<Decision>();
    // @ts-expect-error the core has no TensorFlow.js
    expectTypeOf(core.adaptiveBatch).not.toBeAny();
  },
};

test(`the public types are as ${Object.keys(statements).join(', ')} say`, () => {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd());
  const program = ts.createProgram([resolve('test/types.test.ts')], options);
  const source = program.getSourceFile(resolve('test/types.test.ts')) as ts.SourceFile;
  const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  const messages = found.map(({ start = 0, messageText }) => {
    const { line } = source.getLineAndCharacterOfPosition(start);
    return `types.test.ts:${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
  expect(messages).toEqual([]);
});
