import type { Decision, StepObservation } from '../core/types.js';
import type { RunLogHeader } from './format.js';

/** Where a record stands. */
interface Placed {
  /** Number of its line, from 1. */
  readonly line: number;
  /** File and line, for messages. */
  readonly place: string;
}

/** The first line of a run. */
export interface HeaderRecord extends Placed {
  readonly kind: 'header';
  readonly header: RunLogHeader;
}

/** One step of a run. */
export interface StepRecord extends Placed {
  readonly kind: 'step';
  readonly observation: StepObservation;
  /** Absent where nobody decided: an imported run, the input of a server. */
  readonly decision?: Decision;
}

/** One line of a run log. */
export type LogRecord = HeaderRecord | StepRecord;

/** The text of a place is made when it is asked for: a log has millions, a reader shows one. */
class Place {
  constructor(
    readonly file: string,
    readonly line: number,
  ) {}

  get place(): string {
    return `${this.file}:${this.line}`;
  }
}

class Header extends Place implements HeaderRecord {
  readonly kind = 'header';
  constructor(
    file: string,
    line: number,
    readonly header: RunLogHeader,
  ) {
    super(file, line);
  }
}

class Step extends Place {
  readonly kind = 'step';
  constructor(
    file: string,
    line: number,
    readonly observation: StepObservation,
    readonly decision: Decision | undefined,
  ) {
    super(file, line);
  }
}

export function headerRecord(file: string, line: number, header: RunLogHeader): HeaderRecord {
  return new Header(file, line, header);
}

export function stepRecord(
  file: string,
  line: number,
  observation: StepObservation,
  decision: Decision | undefined,
): StepRecord {
  return new Step(file, line, observation, decision) as StepRecord;
}
