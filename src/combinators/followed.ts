import { checkAtLeast, checkCount, checkGreater, checkKeys } from '../core/checks.js';
import type { Estimates, Json, Policy, PolicyContext } from '../core/types.js';
import { refuseSteps } from './passing.js';
import { describePolicy } from './restricted.js';
import { checkPolicies, needsOfAll } from './several.js';

/** Options of {@link followed}: when the second policy takes over. At least one is given; the first that is met counts. */
export interface FollowedOptions {
  /** Once so many examples are seen, a whole number >= 1 [examples]. @defaultValue none */
  readonly afterExamples?: number;
  /** Once so many passes over the data are done; > 0, whole numbers where the size of the data is not known. @defaultValue none */
  readonly afterEpochs?: number;
  /** Once the smoothed training loss is below it; finite. @defaultValue none */
  readonly belowLoss?: number;
  /** Once the first has asked for the largest candidate or more over so many examples, a whole number >= 1 [examples]. @defaultValue none */
  readonly atLargestFor?: number;
}

/** State of {@link followed}: who decides, since when the first has asked for the largest candidate [examples], and the state of the one who decides. */
export type FollowedState = {
  readonly isSecond: boolean;
  readonly since: number | null;
  readonly inner: Json;
};

const KEYS = ['afterExamples', 'afterEpochs', 'belowLoss', 'atLargestFor'] as const;

function checkOptions(options: FollowedOptions): void {
  refuseSteps('followed', options, 'afterExamples or afterEpochs');
  checkKeys('followed', options, KEYS);
  const { afterExamples, afterEpochs, belowLoss, atLargestFor } = options;
  if (KEYS.every((key) => options[key] === undefined)) {
    throw new RangeError(`followed must be told when the second policy takes over: one of ${KEYS.join(', ')}`);
  }
  if (afterExamples !== undefined) checkCount('followed: afterExamples', afterExamples);
  if (afterEpochs !== undefined) checkGreater('followed: afterEpochs', afterEpochs, 0);
  if (belowLoss !== undefined) checkAtLeast('followed: belowLoss', belowLoss, -Number.MAX_VALUE);
  if (atLargestFor !== undefined) checkCount('followed: atLargestFor', atLargestFor);
}

/** Whether so many epochs are done: by the examples, which tell at an epoch's last step, and by the loop's own count. */
function areDone(epochs: number, { observation, facts }: PolicyContext): boolean {
  if (observation.epoch >= epochs) return true;
  return facts.datasetSize !== undefined && observation.examplesSeen >= epochs * facts.datasetSize;
}

/**
 * Two policies, the second in place of the first for good once a condition is met, such as a last phase at batch size 1.
 *
 * The state of the second begins when it takes over: what it knows of the training it has from the estimates, which are kept all along, and
 * what it remembers of its own decisions is then of decisions that were followed. The factor that the first has put on the learning rate
 * stays until the second gives one. Who will be in charge cannot be told while a batch is drawn, so a first policy that would settle the
 * size then sets the next batch instead.
 * @param policies the first and the second, as a list; on the command line as JSON: {"name":"followed","options":{"policies":[…]}}
 * @throws RangeError if an option lies outside the range given with it, if none is given, or if one counts steps, whose length changes
 * @example followed([gaussianWalk(), fixed(1)], { afterEpochs: 18 })
 */
export function followed(policies: readonly [Policy, Policy], options: FollowedOptions): Policy<FollowedState> {
  checkOptions(options);
  const [first, second] = checkPolicies('followed', policies, 2) as readonly [Policy, Policy];
  const described = [describePolicy(first), describePolicy(second)];
  const { afterExamples, afterEpochs, belowLoss, atLargestFor } = options;
  const given = Object.fromEntries(KEYS.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])));

  /** Why the second takes over. */
  function due(since: number | null, { loss }: Estimates, context: PolicyContext): string | undefined {
    const { examplesSeen } = context.observation;
    if (afterExamples !== undefined && examplesSeen >= afterExamples) return `after ${afterExamples} examples`;
    if (afterEpochs !== undefined && areDone(afterEpochs, context)) return `after ${afterEpochs} epochs`;
    if (belowLoss !== undefined && loss !== undefined && loss < belowLoss) return `the loss is below ${belowLoss}`;
    if (atLargestFor === undefined || since === null || examplesSeen - since < atLargestFor) return undefined;
    return `${atLargestFor} examples at the largest size`;
  }

  const { start } = first;
  return {
    name: 'followed',
    options: { ...given, policies: described },
    needs: needsOfAll([first, second]),
    init: () => ({ isSecond: false, since: null, inner: first.init() }),
    update(before, estimates, context) {
      if (before.isSecond) {
        const { state: inner, decision } = second.update(before.inner, estimates, context);
        return { state: { ...before, inner }, decision };
      }
      const { state: inner, decision } = first.update(before.inner, estimates, context);
      const isLargest = (decision.batchSize ?? context.batchSize) >= (context.candidates.at(-1) as number);
      const since = isLargest ? (before.since ?? context.observation.examplesSeen) : null;
      const why = due(since, estimates, context);
      if (why === undefined) return { state: { isSecond: false, since, inner }, decision };
      const { state, decision: own } = second.update(second.init(), estimates, context);
      const reason = `${second.name} takes over, ${why}: ${own.reason}`;
      const { learningRateScale: said = decision.learningRateScale } = own;
      return {
        state: { isSecond: true, since: null, inner: state },
        decision: { ...own, ...(said !== undefined && { learningRateScale: said }), reason },
      };
    },
    ...(start && { start }),
  };
}
