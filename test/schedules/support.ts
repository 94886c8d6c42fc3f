import type { LearningRateSchedule, RunFacts } from '../../src/core/types.js';
import { type Rejection, rejects, rejectsUnknown } from '../support/rejections.js';

/** Base 16 at 0.5, 1,000 examples. */
export const FACTS: RunFacts = { baseBatchSize: 16, baseLearningRate: 0.5, datasetSize: 1000 };

/** The factor once so many examples are seen; AdaScale's clock shows a tenth of them. */
export function factorAt(schedule: LearningRateSchedule, examples: number, facts: RunFacts = FACTS): number {
  return schedule.factor({ examples, gainedExamples: examples / 10 }, facts);
}

type Create = (options: never) => unknown;

/** What every schedule's options have in common. */
export function rejectsAsSchedule(name: string, create: Create, table: readonly Rejection[] = []): void {
  const build = create as (options: object) => unknown;
  rejects([
    [() => build({ clock: 'steps' }), `${name}: clock`, 'one of examples, gainedExamples', '"steps"'],
    ...table,
  ]);
  rejectsUnknown(name, build);

  test(`${name} refuses steps, and says why`, () => {
    expect(() => build({ steps: 100 })).toThrow(
      new RangeError(
        `${name} has no option 'steps': a step is longer the larger the batch. Give examples (steps times the base batch size), or epochs`,
      ),
    );
  });
}
