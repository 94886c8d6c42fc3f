import type { JsonObject, LearningRateRule, LearningRateSchedule, Policy } from '../core/types.js';
import { COMBINATORS, LEARNING_RATES, POLICIES, SCHEDULES } from './units.js';

/** A policy or rule as a run log names it. */
export interface Description {
  readonly name: string;
  readonly options: JsonObject;
}

type Factory<Product> = (...options: never[]) => Product;

function lookUp<Product>(kind: string, factories: Record<string, unknown>, name: string): Factory<Product> {
  const factory = Object.hasOwn(factories, name) ? factories[name] : undefined;
  if (typeof factory !== 'function') {
    throw new RangeError(`there is no ${kind} '${name}'; there are ${Object.keys(factories).join(', ')}`);
  }
  return factory as Factory<Product>;
}

function isDescription(value: unknown): value is Description {
  const { name, options } = (value ?? {}) as Partial<Description>;
  return typeof name === 'string' && typeof options === 'object' && options !== null;
}

function innerOf(name: string, value: unknown): Policy {
  if (!isDescription(value)) throw new RangeError(`combinator '${name}': its policy has no name and options`);
  return policyFrom(value);
}

/**
 * Rebuilds a policy from its JSON description, combinators and all: one around one policy has it as `options.policy`, one of several as the
 * list `options.policies`.
 * @throws RangeError if the name is not one of this package's policies or combinators
 */
export function policyFrom({ name, options }: Description): Policy {
  const { policy: inner, policies: several, ...rest } = options;
  if (inner !== undefined || several !== undefined) {
    const combine = lookUp<Policy>('combinator', COMBINATORS, name);
    const around = Array.isArray(several) ? several.map((one) => innerOf(name, one)) : innerOf(name, inner);
    return combine(...([around, rest] as unknown as never[]));
  }
  const create = lookUp<Policy>('policy', POLICIES, name);
  const argument = name === 'fixed' ? rest.batchSize : rest;
  return create(...([argument] as unknown as never[]));
}

/**
 * Rebuilds a learning-rate rule from its JSON description.
 * @throws RangeError if the name is not one of this package's rules
 */
export function learningRateFrom({ name, options }: Description): LearningRateRule {
  return lookUp<LearningRateRule>('learning-rate rule', LEARNING_RATES, name)(...([options] as unknown as never[]));
}

/**
 * Rebuilds a schedule of the learning rate from its JSON description.
 * @throws RangeError if the name is not one of this package's schedules
 */
export function scheduleFrom({ name, options }: Description): LearningRateSchedule {
  return lookUp<LearningRateSchedule>('schedule', SCHEDULES, name)(...([options] as unknown as never[]));
}
