import { type AdaptiveBatchOptions, learningRateFrom, policyFrom } from 'tfjs-adaptive-batch';
import * as learningRates from '../../src/learning-rates/index.js';
import * as policies from '../../src/policies/index.js';

/** A way of training adaptively. */
export interface Contender {
  /** As on the command line: `default`, a policy, or either with `+` and a rule. */
  readonly name: string;
  /** Throws where the package refuses them. */
  readonly options: () => AdaptiveBatchOptions;
}

/** The name of the options that {@link Contender.name} leaves as they are. */
export const DEFAULT = 'default';

function check(kind: string, units: object, name: string | undefined): void {
  if (name === undefined || name === DEFAULT || Object.hasOwn(units, name)) return;
  throw new RangeError(`--contenders: there is no ${kind} '${name}'; there are ${Object.keys(units).join(', ')}`);
}

/**
 * A contender from its name: a policy of the package with the default rule, or, after a `+`, with that rule; `default` stands for either's default.
 * @throws RangeError if there is no such policy or rule
 */
export function contenderFrom(name: string): Contender {
  const [policy = DEFAULT, rule = DEFAULT] = name.split('+');
  check('policy', policies, policy);
  check('learning-rate rule', learningRates, rule);
  const options = () => ({
    ...(policy !== DEFAULT && { policy: policyFrom({ name: policy, options: {} }) }),
    ...(rule !== DEFAULT && { learningRate: learningRateFrom({ name: rule, options: {} }) }),
  });
  return { name, options };
}

/** The default, and every policy with the default rule. */
export function policyContenders(): Contender[] {
  return [DEFAULT, ...Object.keys(policies)].map(contenderFrom);
}

/** The default, every policy with the default rule, and the default policy with every rule. */
export function allContenders(): Contender[] {
  const rules = Object.keys(learningRates).map((rule) => `${DEFAULT}+${rule}`);
  return [...policyContenders(), ...rules.map(contenderFrom)];
}

/** @param names separated by commas; absent: all of them, or with `isQuick` the default alone */
export function contendersOf(names: string | undefined, isQuick = false): Contender[] {
  if (names === undefined) return isQuick ? [contenderFrom(DEFAULT)] : allContenders();
  return names.split(',').map((name) => contenderFrom(name.trim()));
}
