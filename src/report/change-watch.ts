import type { Decision, StepObservation } from '../core/types.js';
import { isChange } from './change-list.js';
import type { SeriesKind, Setting } from './types.js';

/** A change that was found. */
export interface FoundChange {
  readonly from: Setting;
  readonly to: Setting;
  readonly reason: string;
  /** `now`: decided after the step at hand; `before`: seen in it, so made after the one before. */
  readonly when: 'now' | 'before';
}

/** Follows what is asked for from step to step. */
export interface ChangeWatch {
  /** What was in force in a step. */
  settingOf(observation: StepObservation): Setting;
  /** The change that the step brought, if it did. */
  next(observation: StepObservation, setting: Setting, decision: Decision | undefined): FoundChange | undefined;
}

/**
 * @param kind of a run it takes what the loop applied, of a replay what the policy asked for
 * @param start what a replay decides before its first step
 */
export function changeWatch(kind: SeriesKind, start: Setting | undefined): ChangeWatch {
  let asked = start;

  /**
   * Whether a replayed policy holds what the record has on a step that was not measured. A run with its decisions would have held what it
   * asked for last, so that stands; only on the record does the size go back.
   */
  function holdsRecord({ batchSize, short, gradient }: StepObservation, decision: Decision): boolean {
    return kind === 'replay' && gradient === undefined && (decision.batchSize === batchSize || short === true);
  }

  return {
    settingOf({ batchSize, learningRate, short }) {
      const isAsked = kind === 'replay' || short === true;
      return isAsked && asked !== undefined ? asked : { batchSize, learningRate };
    },
    next(observation, setting, decision) {
      const from = asked ?? setting;
      const held = decision !== undefined && holdsRecord(observation, decision);
      const { batchSize, learningRate } = held ? from : (decision ?? setting);
      const to: Setting = { batchSize, learningRate };
      asked = to;
      if (!isChange(from, to)) return undefined;
      return { from, to, reason: decision?.reason ?? '', when: decision === undefined ? 'before' : 'now' };
    },
  };
}
