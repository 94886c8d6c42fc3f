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

  test('never falls as the batch grows, and grows no faster than the batch', () => {
    fc.assert(
      fc.property(sizes, sizes, fc.integer({ min: 0, max: 100_000 }), estimates, (base, size, more, known) => {
        const [small, large] = [size, size + more].map((one) => create().factor(one, base, known, RUN_FACTS)) as [
          number,
          number,
        ];
        expect(large).toBeGreaterThanOrEqual(small * (1 - 1e-12));
        expect(large / small).toBeLessThanOrEqual(((size + more) / size) * (1 + 1e-12));
      }),
    );
  });
});
