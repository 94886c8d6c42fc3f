import type { Estimates, StepObservation } from 'tfjs-adaptive-batch';

/** A value for each step; null where there is none. */
type Column = (number | null)[];

/** What the charts and tables show of a run. */
export interface RunRecord {
  readonly name: string;
  readonly backend: string;
  /** Time spent in steps and in measuring them, up to and with each step [s]: pauses and the page's own work are not in it. */
  readonly seconds: number[];
  readonly loss: Column;
  readonly smoothedLoss: Column;
  readonly batchSize: Column;
  readonly learningRate: Column;
  readonly noiseScale: Column;
  epochs: number;
  examples: number;
  /** Share of the test examples, after the last epoch. */
  accuracy: number | undefined;
  /** When an epoch first ended with nine in ten of the test examples right [s]. */
  secondsToNinety: number | undefined;
  /** When an epoch first ended at the target loss [s]. */
  secondsToTarget: number | undefined;
}

const NINETY = 0.9;

export function newRecord(name: string, backend: string): RunRecord {
  return {
    name,
    backend,
    seconds: [],
    loss: [],
    smoothedLoss: [],
    batchSize: [],
    learningRate: [],
    noiseScale: [],
    epochs: 0,
    examples: 0,
    accuracy: undefined,
    secondsToNinety: undefined,
    secondsToTarget: undefined,
  };
}

/** Time of the run so far [s]. */
export function secondsOf({ seconds }: RunRecord): number {
  return seconds.at(-1) ?? 0;
}

/** A logarithmic axis has no place for other numbers. */
function positive(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) && value > 0 ? value : null;
}

/** Adds a step. An epoch's last batch is short of examples and has the rate for that: what was in force before it says more. */
export function addStep(record: RunRecord, observation: StepObservation, estimates: Estimates): void {
  const { stepMs, measureMs = 0, loss, short = false, examplesSeen } = observation;
  const inForce = (column: Column, value: number) => positive(short ? (column.at(-1) ?? value) : value);
  record.seconds.push(secondsOf(record) + (stepMs + measureMs) / 1000);
  record.loss.push(positive(loss));
  record.smoothedLoss.push(positive(estimates.loss));
  record.batchSize.push(inForce(record.batchSize, observation.batchSize));
  record.learningRate.push(inForce(record.learningRate, observation.learningRate));
  record.noiseScale.push(positive(estimates.noise?.noiseScale));
  record.examples = examplesSeen;
}

/** @param isAtTarget whether the epoch's loss is the target or less */
export function addEpoch(record: RunRecord, accuracy: number, isAtTarget: boolean): void {
  record.epochs += 1;
  record.accuracy = accuracy;
  if (accuracy >= NINETY) record.secondsToNinety ??= secondsOf(record);
  if (isAtTarget) record.secondsToTarget ??= secondsOf(record);
}
