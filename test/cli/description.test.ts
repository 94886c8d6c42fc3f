import fc from 'fast-check';
import { defaultPolicy } from '../../src/assembly/assemble.js';
import type { Description } from '../../src/assembly/registry.js';
import { decisionOptions, isGiven } from '../../src/cli/deciding.js';
import { policyDescription, policyText, ruleDescription, scheduleDescription } from '../../src/cli/description.js';
import { EXIT, Failure } from '../../src/cli/failure.js';
import { clamped, cooled, maxOf } from '../../src/combinators/index.js';
import { describePolicy } from '../../src/combinators/restricted.js';
import type { Policy } from '../../src/core/types.js';
import * as policies from '../../src/policies/index.js';

const { fixed, gaussianWalk } = policies;

test.each([
  ['fixed', { name: 'fixed', options: {} }],
  ['fixed:batchSize=64', { name: 'fixed', options: { batchSize: 64 } }],
  ['gaussianWalk:floor=-0.5,minGain=1.2', { name: 'gaussianWalk', options: { floor: -0.5, minGain: 1.2 } }],
  [
    'gaussianWalk + ramped:factor=4 + cooled',
    {
      name: 'cooled',
      options: { policy: { name: 'ramped', options: { factor: 4, policy: { name: 'gaussianWalk', options: {} } } } },
    },
  ],
  ['{"name":"fixed","options":{"batchSize":8}}', { name: 'fixed', options: { batchSize: 8 } }],
  ['{"name":"fixed"}', { name: 'fixed', options: {} }],
])('%s', (text, description) => {
  expect(policyDescription(text)).toEqual(description);
});

test('the default policy can be written and read', () => {
  const description = describePolicy(defaultPolicy()) as unknown as Description;
  expect(policyText(description)).toMatch(/^gaussianWalk:minGain=[\d.]+\+/);
  expect(policyDescription(policyText(description))).toEqual(description);
});

test('a combinator of several policies is written as JSON, and read', () => {
  const [one, two] = [fixed(8), gaussianWalk({ minGain: 1.1 })];
  for (const policy of [maxOf([one, two]), cooled(clamped(maxOf([one, two]), { max: 64 }))]) {
    const description = describePolicy(policy as Policy) as unknown as Description;
    expect(policyText(description)).toBe(JSON.stringify(description));
    expect(policyDescription(policyText(description))).toEqual(description);
  }
  const plain = describePolicy(cooled(one) as unknown as Policy) as unknown as Description;
  expect(policyText(plain)).toBe('fixed:batchSize=8+cooled:steps=10');
});

test('a rule has options too', () => {
  expect(ruleDescription('adaScale:power=0.5')).toEqual({ name: 'adaScale', options: { power: 0.5 } });
  expect(ruleDescription('{"name":"linear"}')).toEqual({ name: 'linear', options: {} });
});

test('so has a schedule', () => {
  expect(scheduleDescription('cosine:epochs=3,floor=0.1')).toEqual({
    name: 'cosine',
    options: { epochs: 3, floor: 0.1 },
  });
  expect(scheduleDescription('{"name":"step"}')).toEqual({ name: 'step', options: {} });
  expect(decisionOptions(undefined, { schedule: 'cosine:epochs=3' }).schedule?.options).toMatchObject({ epochs: 3 });
  expect(isGiven(undefined, { schedule: 'cosine' })).toBe(true);
  expect(isGiven(undefined, {})).toBe(false);
});

test('options are put together', () => {
  const options = decisionOptions('gaussianWalk+cooled:steps=3', {
    rule: 'linear',
    set: ['memory=500', 'rateGuard=false', 'measure.every=3', 'measure.budget=0.1'],
  });
  expect(describePolicy(options.policy as Policy)).toMatchObject({ name: 'cooled', options: { steps: 3 } });
  expect(options).toMatchObject({ memory: 500, rateGuard: false, measure: { every: 3, budget: 0.1 } });
  expect(options.learningRate?.name).toBe('linear');
  expect(decisionOptions('default', {})).toEqual({});
  expect(decisionOptions(undefined, {})).toEqual({});
});

test.each([
  ['nobody', [], `there is no policy 'nobody'; there are ${Object.keys(policies).join(', ')}`],
  ['', [], "policy must be a name, with options as name:option=value,…; got ''"],
  ['fixed:8', [], "policy: an option must be name=value; got '8'"],
  ['fixed:batchSize=0', [], 'fixed: batchSize must be a whole number >= 1; got 0'],
  ['fixed:batchSize=x', [], 'fixed: batchSize must be a whole number >= 1; got "x"'],
  ['gaussianWalk:gain=2', [], "gaussianWalk has no option 'gain'"],
  ['gaussianWalk+nothing', [], "there is no combinator 'nothing'"],
  ['fixed+maxOf', [], 'maxOf: policies must be a list of at least two; got no list'],
  ['fixed+', [], "policy must be a name, with options as name:option=value,…; got ''"],
  ['{"name":5}', [], 'policy must be JSON with name and options; got'],
  ['{', [], 'policy must be JSON with name and options; got'],
  [undefined, ['memory'], "--set must be name=value; got 'memory'"],
  [undefined, ['memory=-1'], 'memory must be a finite number > 0; got -1'],
  [undefined, ['memmory=1'], "options has no option 'memmory'"],
  [undefined, ['__proto__=1'], "options has no option '__proto__'"],
] as const)('refuses %j with %j', (policy, set, message) => {
  expect(() => decisionOptions(policy, { set })).toThrow(message);
});

test('any text is a policy or a wrong usage', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (policy, set) => {
      try {
        decisionOptions(policy, { set: [set] });
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(Failure);
        expect((thrown as Failure).code).toBe(EXIT.usage);
      }
    }),
    { numRuns: 500 },
  );
});
