import fc from 'fast-check';
import { assemble } from '../../src/assembly/assemble.js';
import { clamped, traced } from '../../src/combinators/index.js';
import type { Policy } from '../../src/core/types.js';
import { gaussianWalk } from '../../src/policies/index.js';
import { decisionsOf } from '../controller/support.js';
import { ESTIMATES, policyContext } from '../support/contexts.js';
import { anyRun } from '../support/observations.js';
import { answering, asking } from '../support/policies.js';
import { rejectsUnknown } from '../support/rejections.js';
import { SIMULATED_FACTS } from '../support/simulated-training.js';

const reasonOf = (policy: Policy<number> | Policy<null>, estimates = {}, options = {}) => {
  const wrapped = traced(policy as Policy, options);
  return wrapped.update(wrapped.init(), estimates, policyContext()).decision.reason;
};

test('adds what was asked for and what it stood on', () => {
  expect(reasonOf(asking(64), ESTIMATES)).toBe(
    'asked [asking asks for 64, loss 2.3, noise scale 100 ± 1, drift 1, 4 ms + 0.1 ms an example]',
  );
});

test('leaves out what is not known', () => {
  expect(reasonOf(asking(64))).toBe('asked [asking asks for 64]');
  expect(reasonOf(asking(undefined), { loss: 1 / 3 })).toBe('asked [asking holds, loss 0.333]');
  expect(reasonOf(asking(8), { walk: { ...ESTIMATES.walk, drift: -1234.5 } })).toBe(
    'asked [asking asks for 8, drift -1230]',
  );
});

test('says the factor on the rate', () => {
  expect(reasonOf(answering({ batchSize: 8, learningRateScale: 0.25 }), {}, { label: 'inner' })).toBe(
    'answer 0 [inner asks for 8 at 0.25 times the rate]',
  );
});

test('shows the say of each level', () => {
  const policy = traced(clamped(traced(asking(9), { label: 'within' }), { min: 32 }), { label: 'around' });
  expect(policy.update(null, {}, policyContext()).decision).toEqual({
    batchSize: 32,
    reason: 'asked [within asks for 9]; 9 is outside 32..9007199254740991: 32 [around asks for 32]',
  });
});

test('changes no decision', () => {
  fc.assert(
    fc.property(anyRun, (run) => {
      const plain = gaussianWalk() as Policy;
      const decided = (policy: Policy) => decisionsOf(assemble({ policy }, SIMULATED_FACTS), run);
      const [ours, theirs] = [decided(traced(plain)), decided(plain)];
      expect(ours.map(({ reason: _why, ...rest }) => rest)).toEqual(theirs.map(({ reason: _why, ...rest }) => rest));
    }),
    { numRuns: 30 },
  );
});

test('its description holds the label', () => {
  const policy = { name: 'asking', options: {} };
  expect(traced(asking(1)).options).toEqual({ label: 'asking', policy });
  expect(traced(asking(1), { label: 'a b' }).options).toEqual({ label: 'a b', policy });
});

test.each([
  ['', '""'],
  ['a\nb', '"a\\nb"'],
  ['a\r', '"a\\r"'],
  [5, '5'],
])('rejects the label %j', (label, shown) => {
  expect(() => traced(asking(1), { label: label as string })).toThrow(
    new RangeError(`traced: label must be one line of text; got ${shown}`),
  );
});
rejectsUnknown('traced', (options) => traced(asking(1), options));
