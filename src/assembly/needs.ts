import type { Policy, Signal } from '../core/types.js';
import { none } from '../learning-rates/index.js';
import { defaultLearningRate, defaultPolicy } from './assemble.js';
import type { DecisionOptions } from './options.js';
import { policyFrom } from './registry.js';
import { POLICIES } from './units.js';

/** What a policy reads where it does not say. */
const UNSAID: readonly Signal[] = ['gradient'];

const WORDS: Readonly<Record<Signal, string>> = {
  loss: 'the loss',
  validationLoss: 'the validation loss',
  learningRate: 'the learning rate',
  batchSize: 'the batch size',
  time: 'step times',
  gradient: 'gradient statistics',
};

/** Signals in words. */
export function describeSignals(signals: readonly Signal[]): string {
  return signals.map((signal) => WORDS[signal]).join(', ') || 'nothing';
}

function lacks(needs: readonly Signal[], signals: readonly Signal[]): readonly Signal[] {
  return needs.filter((need) => !signals.includes(need));
}

/** The signals without which a policy only ever holds. */
export function needsOf({ needs }: Pick<Policy, 'needs'>): readonly Signal[] {
  return needs ?? UNSAID;
}

type Named = Pick<Policy, 'name' | 'options'>;

/** The policy within all combinators: the one that reads the signals; where one is around several, those. */
function innermost({ name, options }: Named): string {
  const { policy, policies: several } = (options ?? {}) as { policy?: Named; policies?: readonly Named[] };
  if (several !== undefined) return `${name} of ${several.map(innermost).join(', ')}`;
  return policy === undefined ? name : innermost(policy);
}

/** The policies of this package, by name, that a log with these signals can serve. */
export function policiesFor(signals: readonly Signal[]): string[] {
  return Object.keys(POLICIES).filter(
    (name) => lacks(needsOf(policyFrom({ name, options: {} })), signals).length === 0,
  );
}

function refuse(
  kind: string,
  name: string,
  missing: readonly Signal[],
  signals: readonly Signal[],
  log: string,
): never {
  const able = policiesFor(signals).join(', ') || 'none';
  throw new RangeError(
    `${log}: ${kind} '${name}' needs ${describeSignals(missing)}; the log has ${describeSignals(signals)}. Policies that it can serve: ${able}`,
  );
}

/**
 * The options for a log that tells only these signals: those given, with `none` in place of a default learning-rate rule that the log
 * cannot serve.
 * @throws RangeError where a policy, schedule or rule that was chosen needs a signal that the log lacks
 */
export function optionsFor(options: DecisionOptions, signals: readonly Signal[], log: string): DecisionOptions {
  const policy = (options.policy as Policy | undefined) ?? defaultPolicy();
  const missing = lacks(needsOf(policy), signals);
  if (missing.length > 0) refuse('policy', innermost(policy), missing, signals, log);
  const { learningRate, schedule } = options;
  const untold = lacks(schedule?.needs ?? [], signals);
  if (schedule !== undefined && untold.length > 0) refuse('schedule', schedule.name, untold, signals, log);
  const unserved = lacks((learningRate ?? defaultLearningRate('sgd')).needs ?? [], signals);
  if (unserved.length === 0) return options;
  if (learningRate !== undefined) refuse('learning-rate rule', learningRate.name, unserved, signals, log);
  return { ...options, learningRate: none() };
}
