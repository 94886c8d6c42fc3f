import { assemble, describeOptions } from '../../src/assembly/assemble.js';
import type { DecisionOptions } from '../../src/assembly/options.js';
import type { Decision, StepObservation } from '../../src/core/types.js';
import { formatHeader, formatStep } from '../../src/run-log/format.js';
import { createLogParser } from '../../src/run-log/log-parser.js';
import type { LogRecord } from '../../src/run-log/records.js';
import { SIMULATED_FACTS, simulatedTraining } from '../support/simulated-training.js';

/** A simulated training and its log. */
export interface Training {
  readonly observations: readonly StepObservation[];
  readonly decisions: readonly Decision[];
  readonly lines: readonly string[];
}

/** Trains so many steps, each obeying the decision before it. */
export function trained(options: DecisionOptions = {}, steps = 300): Training {
  const pipeline = assemble(options, SIMULATED_FACTS);
  const training = simulatedTraining();
  const observations: StepObservation[] = [];
  const decisions: Decision[] = [];
  let state = pipeline.start();
  for (let i = 0; i < steps; i++) {
    const seen = training(state.decision);
    ({ state } = pipeline.advance(state, seen));
    observations.push(seen);
    decisions.push(state.decision);
  }
  const header = formatHeader({
    facts: SIMULATED_FACTS,
    options: describeOptions(options, SIMULATED_FACTS),
    about: {},
  });
  const lines = [header, ...observations.map((seen, i) => formatStep(seen, decisions[i] as Decision))];
  return { observations, decisions, lines };
}

/** The records of a log, in batches. */
export function recordsOf(lines: readonly string[]): LogRecord[][] {
  const parser = createLogParser({ name: 'run.jsonl' });
  return [...parser.push(new TextEncoder().encode(lines.join('\n'))), parser.end()];
}
