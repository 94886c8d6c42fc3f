import fc from 'fast-check';
import type { Policy, PolicyDecision } from '../../src/core/types.js';
import { adaScale } from '../../src/learning-rates/index.js';
import * as policies from '../../src/policies/index.js';
import { ESTIMATES, policyContext } from '../support/contexts.js';
import { anyRun, observation, plainObservation } from '../support/observations.js';
import { callsOver, holdsPolicyLaws, sizeAfter, someEstimates } from '../support/policy-laws.js';
import {
  EXACT_SIZES,
  LOSS_UNIT_MATTERS,
  NOISE_STATISTICS,
  noisier,
  READS_NOISE_IN,
  TIME_UNIT_MATTERS,
} from '../support/policy-tables.js';
import { decisionsOfTraining, decisionsOver, type Units } from '../support/units-of-measure.js';

test.each(Object.entries({ EXACT_SIZES, LOSS_UNIT_MATTERS, TIME_UNIT_MATTERS, READS_NOISE_IN }))(
  'the table %s names policies that there are',
  (_table, rows) => {
    expect(Object.keys(policies)).toEqual(expect.arrayContaining(Object.keys(rows)));
  },
);

/** Powers of two: in other units not a digit changes. */
const unit = fc.integer({ min: -20, max: 20 }).map((exponent) => 2 ** exponent);

describe.each(Object.entries(policies))('%s', (name, create) => {
  const build = (): Policy => create() as unknown as Policy;

  test('has a safe default for every option and goes by its name', () => {
    expect(build().name).toBe(name);
  });

  holdsPolicyLaws(build);

  describe(name in EXACT_SIZES ? `asks for whole numbers: ${EXACT_SIZES[name]}` : 'asks for candidates only', () => {
    const expectOffered = ({ batchSize }: PolicyDecision, candidates: readonly number[]): void => {
      if (batchSize === undefined) return;
      if (name in EXACT_SIZES) expect(Number.isInteger(batchSize)).toBe(true);
      else expect(candidates).toContain(batchSize);
    };

    test('in any run', () => {
      fc.assert(
        fc.property(anyRun, (run) => {
          for (const { state, estimates, context } of callsOver(build, run)) {
            expectOffered(build().update(state, estimates, context).decision, context.candidates);
          }
        }),
        { numRuns: 25 },
      );
    });

    test('whatever is missing, at a size forced from outside', () => {
      const ladders = fc
        .uniqueArray(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 8 })
        .map((sizes) => [...sizes].sort((a, b) => a - b));
      const size = fc.integer({ min: 1, max: 5000 });
      fc.assert(
        fc.property(someEstimates, ladders, size, fc.boolean(), (estimates, candidates, batchSize, isMeasured) => {
          const policy = build();
          const seen = isMeasured ? observation : plainObservation;
          let state = policy.init();
          for (const epoch of [0, 1]) {
            const facts = { observation: seen({ batchSize, epoch }), batchSize };
            const context = policyContext({ estimates, candidates, ...facts });
            const answer = policy.update(state, estimates, context);
            state = answer.state;
            expectOffered(answer.decision, candidates);
          }
        }),
      );
    });
  });

  /** Decides the same in any unit, open loop and closed. */
  const decidesAlike = (unitsOf: (factor: number) => Units): void => {
    const plain = decisionsOfTraining(build(), {}, 150);
    fc.assert(
      fc.property(anyRun, unit, (run, factor) => {
        expect(decisionsOver(build(), run, unitsOf(factor))).toEqual(decisionsOver(build(), run, {}));
      }),
      { numRuns: 15 },
    );
    for (const factor of [2 ** -10, 2 ** 7]) {
      expect(decisionsOfTraining(build(), unitsOf(factor), 150)).toEqual(plain);
    }
  };

  if (!(name in TIME_UNIT_MATTERS)) {
    test('decides the same whatever the unit of time', () => {
      decidesAlike((time) => ({ time }));
    });
  }

  if (!(name in LOSS_UNIT_MATTERS)) {
    test('decides the same whatever the unit of the loss', () => {
      decidesAlike((loss) => ({ loss }));
    });
  }

  const reads = READS_NOISE_IN[name];
  if (reads !== undefined) {
    const sizeAt = (statistics: typeof reads, factor: number): number =>
      sizeAfter(build(), noisier(ESTIMATES, statistics, factor), { rule: adaScale(), batchSize: 128 });

    test(reads.length === 0 ? 'does not see noise' : `grows at last with the noise in ${reads.join(', ')}`, () => {
      if (reads.length > 0) expect(sizeAt(reads, 1e4)).toBeGreaterThan(sizeAt(reads, 1e-4));
      const others = NOISE_STATISTICS.filter((statistic) => !reads.includes(statistic));
      expect(sizeAt(others, 1e4)).toBe(sizeAt(others, 1));
      expect(sizeAt(others, 1e-4)).toBe(sizeAt(others, 1));
    });
  }
});
