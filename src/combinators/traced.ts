import { checkKeys } from '../core/checks.js';
import type { Estimates, Json, Policy, PolicyDecision } from '../core/types.js';
import { passed } from './passing.js';
import { describePolicy } from './restricted.js';

/** Options of {@link traced}. */
export interface TracedOptions {
  /** What the note begins with: one line of text. @defaultValue the policy's name */
  readonly label?: string;
}

const short = (value: number): string => String(Number(value.toPrecision(3)));

/** The estimates that there are, in words. */
function known({ loss, noise, walk, time }: Estimates): readonly string[] {
  return [
    ...(loss === undefined ? [] : [`loss ${short(loss)}`]),
    ...(noise === undefined ? [] : [`noise scale ${short(noise.noiseScale)} ± ${short(noise.standardError)}`]),
    ...(walk === undefined ? [] : [`drift ${short(walk.drift)}`]),
    ...(time === undefined ? [] : [`${short(time.fixedMs)} ms + ${short(time.perExampleMs)} ms an example`]),
  ];
}

function asked({ batchSize, learningRateScale }: PolicyDecision): string {
  const size = batchSize === undefined ? 'holds' : `asks for ${batchSize}`;
  return learningRateScale === undefined ? size : `${size} at ${short(learningRateScale)} times the rate`;
}

/**
 * Adds to each reason what the policy within asked for and the estimates that it stood on, so that a log shows the say of each level. It
 * changes no decision.
 * @throws RangeError if the label is not one line of text
 * @example clamped(traced(gaussianWalk(), { label: 'walk' }), { max: 512 })
 */
export function traced<State extends Json>(policy: Policy<State>, options: TracedOptions = {}): Policy<State> {
  checkKeys('traced', options, ['label']);
  const described = describePolicy(policy as Policy);
  const label = options.label ?? policy.name;
  if (typeof label !== 'string' || !/^[^\n\r]+$/.test(label)) {
    throw new RangeError(`traced: label must be one line of text; got ${JSON.stringify(label)}`);
  }
  return {
    name: 'traced',
    options: { label, policy: described },
    ...(passed(policy as Policy) as object),
    init: () => policy.init(),
    update(before, estimates, context) {
      const { state, decision } = policy.update(before, estimates, context);
      const note = [asked(decision), ...known(estimates)].join(', ');
      return { state, decision: { ...decision, reason: `${decision.reason} [${label} ${note}]` } };
    },
  };
}
