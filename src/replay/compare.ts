import { describeOptions } from '../assembly/assemble.js';
import type { DecisionOptions } from '../assembly/options.js';
import { checkCount } from '../core/checks.js';
import { stepTime } from '../estimators/index.js';
import type { RunLogHeader } from '../run-log/format.js';
import type { HeaderRecord, StepRecord } from '../run-log/records.js';
import { REPLAY_NOTE } from './note.js';
import { type Outcome, type OutcomeBuilder, outcomeBuilder } from './outcome.js';
import { beginRun, checkDeciding, type Records, type Replayed } from './run.js';

/** Options of {@link compare}. */
export interface CompareOptions {
  /** Decisions of each policy that are kept, evenly spread over the run; a whole number >= 0. @defaultValue 1000 */
  readonly mostDecisions?: number;
}

/** Several policies over one run. */
export interface RunComparison {
  /** File and line of the run's header. */
  readonly place: string;
  readonly header: RunLogHeader;
  readonly steps: number;
  /** What the run did itself first, then the policies in the order given. */
  readonly outcomes: readonly Outcome[];
}

/** Several policies over every run of a log. */
export interface Comparison {
  readonly runs: readonly RunComparison[];
  /** What a replay can say and what it cannot. */
  readonly note: string;
}

/** The name of what the run did itself. */
export const LOGGED = 'logged';

const MOST_DECISIONS = 1000;

type Contender = { readonly run: Replayed; readonly builder: OutcomeBuilder };

/** What the run itself did: the sizes applied, the decisions where it logged them. */
function addLogged(builder: OutcomeBuilder, { observation, decision }: StepRecord): void {
  const { step, batchSize, learningRate, baseLearningRate, gradient, short } = observation;
  builder.addStep(batchSize, learningRate, gradient !== undefined);
  if (decision !== undefined) {
    builder.addDecision(decision, false);
  } else if (short !== true) {
    const learningRateFactor = learningRate / baseLearningRate;
    builder.addDecision(
      { step, batchSize, learningRate, learningRateFactor, measure: false, reason: 'as logged' },
      false,
    );
  }
}

/** One run, as its records come. */
function runComparison(record: HeaderRecord, policies: Readonly<Record<string, DecisionOptions>>, most: number) {
  const { header, place } = record;
  const { facts } = header;
  const logged = outcomeBuilder(LOGGED, header.options, facts, most);
  const contenders: Contender[] = Object.entries(policies).map(([name, options]) => ({
    run: beginRun(record, { options }),
    builder: outcomeBuilder(name, describeOptions(options, facts), facts, most),
  }));
  const timing = stepTime();
  let times = timing.init();
  let last: StepRecord | undefined;
  let steps = 0;
  return {
    add(step: StepRecord): void {
      addLogged(logged, step);
      for (const { run, builder } of contenders) {
        const { batchSize, learningRate, measure } = run.state.decision;
        builder.addStep(batchSize, learningRate, measure);
        const { decision, anomaly, error } = run.advance(step);
        builder.addDecision(decision, anomaly !== undefined || error !== undefined);
      }
      times = timing.update(times, step.observation);
      last = step;
      steps += 1;
    },
    finish(): RunComparison {
      const time = last && timing.estimate(times, last.observation);
      const builders = [logged, ...contenders.map(({ builder }) => builder)];
      return { place, header, steps, outcomes: builders.map((builder) => builder.outcome(time)) };
    },
  };
}

/**
 * What several policies decide on the same record, beside what the run did: batch sizes, learning rates, changes with their reasons,
 * and the examples and time that so many steps would have taken. All policies see the record; none changes it.
 *
 * Constant memory at any length of a run. The time is that of T(m) = t0 + t1·m as fitted to the end of the record, steps of the kinds seen.
 * @param log of one run or several, from `readRecords`
 * @param policies the options of each policy, by a name of one's own
 * @throws RangeError if an option lies outside its range or a policy is named 'logged'
 * @example await compare(readRecords(openLog('run.jsonl')), { walk: { policy: gaussianWalk() }, still: { policy: fixed() } })
 */
export async function compare(
  log: Records,
  policies: Readonly<Record<string, DecisionOptions>>,
  options: CompareOptions = {},
): Promise<Comparison> {
  const most = checkCount('mostDecisions', options.mostDecisions ?? MOST_DECISIONS, 0);
  if (Object.hasOwn(policies, LOGGED))
    throw new RangeError(`compare: '${LOGGED}' is the run itself; name the policy otherwise`);
  for (const [name, given] of Object.entries(policies)) checkDeciding(`compare: ${name}`, { options: given });
  const runs: RunComparison[] = [];
  let run: ReturnType<typeof runComparison> | undefined;
  for await (const records of log) {
    for (const record of records) {
      if (record.kind === 'step') {
        run?.add(record);
      } else {
        if (run !== undefined) runs.push(run.finish());
        run = runComparison(record, policies, most);
      }
    }
  }
  if (run !== undefined) runs.push(run.finish());
  return { runs, note: REPLAY_NOTE };
}
