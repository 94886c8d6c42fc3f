import type { Decision, StepObservation } from '../core/types.js';
import type { RunLogHeader } from './format.js';
import { createLogParser } from './log-parser.js';
import type { LogRecord } from './records.js';
import { mistyped } from './validate.js';

/** One step of a run as its log has it. */
export interface LoggedStep {
  readonly observation: StepObservation;
  readonly decision: Decision;
}

/** One run of a log. */
export interface LoggedRun {
  readonly header: RunLogHeader;
  readonly steps: readonly LoggedStep[];
}

/** A log as it was read. */
export interface RunLog {
  readonly runs: readonly LoggedRun[];
  /** Lines that a killed run left half written and that were left out, each with file and line number. */
  readonly warnings: readonly string[];
}

/**
 * Reads a run log of one run or several, whole; `readRecords` of `tfjs-adaptive-batch/replay` reads one of any length.
 *
 * A broken line that ends the text, or stands before the next run's header, whole or broken itself, is what a killed process leaves: it
 * is left out with a warning.
 * @param text the whole log
 * @param name of the file, for messages
 * @throws TypeError with file, line and field for a broken line elsewhere, a field of the wrong type or a step out of order
 */
export function readRunLog(text: string, name = 'run log'): RunLog {
  const warnings: string[] = [];
  const parser = createLogParser({ name, onWarning: (message) => warnings.push(message), maxLineBytes: Infinity });
  const runs: { header: RunLogHeader; steps: LoggedStep[] }[] = [];
  function add(record: LogRecord): void {
    if (record.kind === 'header') {
      runs.push({ header: record.header, steps: [] });
    } else {
      const { observation, decision } = record;
      if (decision === undefined) mistyped(record.place, 'decision', 'an object', decision);
      else runs.at(-1)?.steps.push({ observation, decision });
    }
  }
  for (const records of parser.push(new TextEncoder().encode(text))) records.forEach(add);
  parser.end().forEach(add);
  return { runs, warnings };
}
