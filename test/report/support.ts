import type { Decision, Estimates, StepObservation } from '../../src/core/types.js';
import { type SeriesOptions, seriesBuilder } from '../../src/report/series-builder.js';
import type { ReportSeries } from '../../src/report/types.js';
import { gradientStatistics, plainObservation } from '../support/observations.js';

/** One step of a made-up run. */
export interface MadeStep {
  readonly observation: StepObservation;
  readonly decision: Decision;
  readonly estimates: Estimates;
}

/** The batch sizes of a made-up run: doubled at steps 20, 40 and 60 of 100. */
export const sizeAt = (step: number): number => 16 * 2 ** Math.min(3, Math.floor((step - 1) / 20));

/** A run of 100 steps whose loss falls as 2/√step and whose size doubles three times; noise known from step 5 on, measured each fifth. */
export function madeSteps(count = 100): MadeStep[] {
  let examplesSeen = 0;
  return Array.from({ length: count }, (_, i) => {
    const step = i + 1;
    const batchSize = sizeAt(step);
    examplesSeen += batchSize;
    const learningRate = 0.1 * Math.sqrt(batchSize / 16);
    const isMeasured = step % 5 === 0;
    const observation = plainObservation({
      ...{ step, examplesSeen, batchSize, learningRate, baseLearningRate: 0.1, loss: 2 / Math.sqrt(step), stepMs: 10 },
      ...(isMeasured && {
        gradient: gradientStatistics(),
        measureMs: 2,
      }),
      ...(step % 25 === 0 && { validationLoss: 2.5 / Math.sqrt(step) }),
    });
    const next = sizeAt(step + 1);
    const reason = next === batchSize ? 'best per second' : `${next} gains most <per> "second" & step`;
    const decision: Decision = {
      ...{ step, batchSize: next, learningRate: 0.1 * Math.sqrt(next / 16), reason },
      ...{ learningRateFactor: Math.sqrt(next / 16), measure: false },
    };
    const noise = { traceOfCovariance: 100, squaredGradientNorm: 1, noiseScale: 40 + step, measurements: 4 };
    return { observation, decision, estimates: step < 5 ? {} : { noise: { ...noise, standardError: 10 } as never } };
  });
}

/** The series of {@link madeSteps}, or of other steps. */
export function madeSeries(
  options: Partial<SeriesOptions> = {},
  steps: readonly MadeStep[] = madeSteps(),
): ReportSeries {
  const builder = seriesBuilder({ name: 'made up', ...options });
  for (const { observation, decision, estimates } of steps) builder.add(observation, decision, estimates);
  return builder.series();
}
