import fc from 'fast-check';
import type { Estimates } from '../../src/core/types.js';
import * as rules from '../../src/learning-rates/index.js';
import { ESTIMATES, knownEstimates, RUN_FACTS } from '../support/contexts.js';
import { deepFreeze, throughJson } from '../support/json.js';

const sizes = fc.integer({ min: 1, max: 100_000 });
const estimates: fc.Arbitrary<Estimates> = fc.oneof(
  knownEstimates,
  fc.constantFrom<Estimates>({}, { noise: { ...ESTIMATES.noise, squaredGradientNorm: -1, noiseScale: 1e300 } }),
);

/** The rules that break a law, each with the reason and what holds instead. */
const EXCEPTIONS: Readonly<
  Record<string, { readonly why: string; readonly mayFall?: true; readonly fasterBy?: number }>
> = {
  surge: {
    why: 'the step of Adam has its length whatever the noise: beyond the noise scale the rate falls',
    mayFall: true,
  },
  noiseMatched: {
    why: 'a batch that is a large part of the data has less noise than 1/B says',
    fasterBy: 1 / (1 - 0.1),
  },
};

test('the exceptions are rules', () => {
  for (const name of Object.keys(EXCEPTIONS)) expect(rules).toHaveProperty(name);
});

describe.each(Object.entries(rules))('%s', (name, create) => {
  test('goes by its name; its description is JSON', () => {
    const { name: given, options = {} } = create();
    expect(given).toBe(name);
    expect(throughJson(options)).toEqual(options);
  });

  test('is 1 at the base batch size', () => {
    fc.assert(
      fc.property(sizes, estimates, (size, known) => expect(create().factor(size, size, known, RUN_FACTS)).toBe(1)),
    );
  });

  test('is finite, > 0 and the same twice', () => {
    fc.assert(
      fc.property(sizes, sizes, estimates, (size, base, known) => {
        const factor = create().factor(size, base, deepFreeze(known), RUN_FACTS);
        expect(factor > 0 && Number.isFinite(factor)).toBe(true);
        expect(create().factor(size, base, throughJson(known), RUN_FACTS)).toBe(factor);
      }),
    );
  });

  const { why = 'no exception', mayFall = false, fasterBy = 1 } = EXCEPTIONS[name] ?? {};

  test(`never falls as the batch grows, and grows no faster than the batch (${why})`, () => {
    let hasFallen = false;
    let most = 0;
    fc.assert(
      fc.property(sizes, sizes, fc.integer({ min: 0, max: 100_000 }), estimates, (base, size, more, known) => {
        const [small, large] = [size, size + more].map((one) => create().factor(one, base, known, RUN_FACTS)) as [
          number,
          number,
        ];
        hasFallen ||= large < small * (1 - 1e-12);
        most = Math.max(most, (large / small) * (size / (size + more)));
      }),
    );
    // Those that may fall or outrun the batch are shown to do so in their own tests.
    expect(hasFallen && !mayFall).toBe(false);
    expect(most).toBeLessThanOrEqual(fasterBy * (1 + 1e-12));
  });
});
