import { allContenders, contenderFrom, contendersOf } from '../../../bench/policies/contenders.js';
import * as learningRates from '../../../src/learning-rates/index.js';
import * as policies from '../../../src/policies/index.js';

describe('contenders', () => {
  it('are the default, every policy, and the default with every rule', () => {
    const names = allContenders().map(({ name }) => name);
    const rules = Object.keys(learningRates).map((rule) => `default+${rule}`);
    expect(names).toEqual(['default', ...Object.keys(policies), ...rules]);
  });

  it('are named by policy and rule', () => {
    expect(contenderFrom('default').options()).toEqual({});
    const both = contenderFrom('gaussianWalk+linear').options();
    expect([both.policy?.name, both.learningRate?.name]).toEqual(['gaussianWalk', 'linear']);
    expect(Object.keys(contenderFrom('gaussianWalk').options())).toEqual(['policy']);
    expect(Object.keys(contenderFrom('default+linear').options())).toEqual(['learningRate']);
  });

  it('are refused where there is no such policy or rule', () => {
    expect(() => contenderFrom('gausianWalk')).toThrow(/no policy 'gausianWalk'; there are .*gaussianWalk/);
    expect(() => contenderFrom('default+cubic')).toThrow(/no learning-rate rule 'cubic'; there are .*linear/);
  });

  it('come from a list, or are all; the default alone where it must be quick', () => {
    expect(contendersOf('default, gaussianWalk+none').map(({ name }) => name)).toEqual([
      'default',
      'gaussianWalk+none',
    ]);
    expect(contendersOf(undefined)).toHaveLength(allContenders().length);
    expect(contendersOf(undefined, true).map(({ name }) => name)).toEqual(['default']);
  });
});
