import fc from 'fast-check';
import { from, of, Subject, throwError } from 'rxjs';
import { AdaptiveController } from '../../src/controller/controller.js';
import { decide } from '../../src/controller/decide.js';
import type { Decision, StepObservation } from '../../src/core/types.js';
import { anyOptions } from '../assembly/support.js';
import { anyRun, observation } from '../support/observations.js';
import { anyFacts, FACTS, scripted } from './support.js';

test('decides as the controller, whatever is observed', () => {
  fc.assert(
    fc.property(anyOptions, anyFacts, anyRun, (options, facts, run) => {
      const controller = new AdaptiveController(options).on('error', () => undefined);
      controller.start(facts);
      const decisions: Decision[] = [];
      from(run)
        .pipe(decide(options, facts))
        .subscribe((decision) => decisions.push(decision));
      expect(decisions).toEqual(run.map((seen) => controller.observe(seen)));
    }),
    { numRuns: 60 },
  );
});

test('one decision an observation, as it comes', () => {
  const source = new Subject<StepObservation>();
  const sizes: number[] = [];
  let completed = 0;
  source
    .pipe(decide({ policy: scripted([64, 32]) }, FACTS))
    .subscribe({ next: ({ batchSize }) => sizes.push(batchSize), complete: () => completed++ });
  expect(sizes).toEqual([]);
  source.next(observation());
  expect(sizes).toEqual([64]);
  source.next(observation({ step: 2 }));
  expect(sizes).toEqual([64, 32]);
  source.complete();
  expect(completed).toBe(1);
});

test('each subscription starts fresh', () => {
  const run = [1, 2].map((step) => observation({ step }));
  const decisions$ = from(run).pipe(decide({ policy: scripted([64, 32]) }, FACTS));
  for (const _subscription of [1, 2]) {
    const sizes: number[] = [];
    decisions$.subscribe(({ batchSize }) => sizes.push(batchSize));
    expect(sizes).toEqual([64, 32]);
  }
});

test('a policy that throws holds the decision before it; the source’s own error passes', () => {
  const reasons: string[] = [];
  from([1, 2].map((step) => observation({ step })))
    .pipe(decide({ policy: scripted([64, null]) }, FACTS))
    .subscribe(({ batchSize, reason }) => reasons.push(`${batchSize} ${reason}`));
  expect(reasons).toEqual(['64 script 0', '64 held: no size 1']);
  const errors: unknown[] = [];
  throwError(() => new Error('cut off'))
    .pipe(decide({}, FACTS))
    .subscribe({ error: (error) => errors.push(error) });
  expect(errors).toEqual([new Error('cut off')]);
});

test('rejects options and facts when it is made', () => {
  expect(() => of(observation()).pipe(decide({ ladder: 1 }, FACTS))).toThrow('ladder must be');
  expect(() => decide({}, { ...FACTS, baseBatchSize: 0 })).toThrow('baseBatchSize must be');
});
