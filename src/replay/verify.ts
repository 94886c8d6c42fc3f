import type { Decision } from '../core/types.js';
import type { LogRecord, StepRecord } from '../run-log/records.js';
import { mistyped } from '../run-log/validate.js';
import { REPLAY_NOTE } from './note.js';
import { beginRun, type Deciding, type Records, type Replayed } from './run.js';

/** A field in which a logged and a replayed decision differ. */
export interface FieldDifference {
  /** `decision.batchSize`, and so on. */
  readonly path: string;
  readonly logged: unknown;
  readonly replayed: unknown;
}

/** The first step whose decision came out otherwise. */
export interface Difference {
  /** File and line. */
  readonly place: string;
  readonly step: number;
  readonly fields: readonly FieldDifference[];
}

/** Whether a log's decisions are those that its own policy makes. */
export interface Verification {
  readonly runs: number;
  /** Steps replayed, up to and with the first difference. */
  readonly steps: number;
  readonly isSame: boolean;
  readonly difference?: Difference;
  /** What a replay can say and what it cannot. */
  readonly note: string;
}

/** JSON has no -0: it reads back as 0. */
function isSame(one: unknown, other: unknown): boolean {
  return one === other || Object.is(one, other);
}

/** What a later version adds to a decision does not count. */
function differences(logged: Decision, replayed: Decision): FieldDifference[] {
  return Object.entries(replayed)
    .map(([key, value]) => ({ path: `decision.${key}`, logged: logged[key as keyof Decision], replayed: value }))
    .filter((field) => !isSame(field.logged, field.replayed));
}

function areSame(logged: Decision, replayed: Decision): boolean {
  return (
    logged.step === replayed.step &&
    logged.batchSize === replayed.batchSize &&
    isSame(logged.learningRate, replayed.learningRate) &&
    isSame(logged.learningRateFactor, replayed.learningRateFactor) &&
    logged.measure === replayed.measure &&
    logged.reason === replayed.reason
  );
}

function differenceAt(record: StepRecord, run: Replayed): Difference | undefined {
  const { decision: logged } = record;
  if (logged === undefined) return mistyped(record.place, 'decision', 'an object', logged);
  const { decision } = run.advance(record);
  if (areSame(logged, decision)) return undefined;
  return { place: record.place, step: record.observation.step, fields: differences(logged, decision) };
}

/**
 * Makes every decision of a log again from its observations and headers, and compares bit for bit; stops at the first that differs.
 *
 * @param log of one run or several, from `readRecords`
 * @param own a policy, rule or schedule of one's own, which a header can only name
 * @throws RangeError or TypeError with file and line, if a run cannot be replayed or has no decisions
 * @example const { isSame, difference } = await verify(readRecords(openLog('run.jsonl')));
 */
export async function verify(log: Records, own: Omit<Deciding, 'options'> = {}): Promise<Verification> {
  let run: Replayed | undefined;
  let runs = 0;
  let steps = 0;
  function differenceIn(records: readonly LogRecord[]): Difference | undefined {
    for (const record of records) {
      if (record.kind === 'header') {
        run = beginRun(record, own);
        runs += 1;
      } else {
        steps += 1;
        const difference = differenceAt(record, run as Replayed);
        if (difference !== undefined) return difference;
      }
    }
    return undefined;
  }
  for await (const records of log) {
    const difference = differenceIn(records);
    if (difference !== undefined) return { runs, steps, isSame: false, difference, note: REPLAY_NOTE };
  }
  return { runs, steps, isSame: true, note: REPLAY_NOTE };
}
