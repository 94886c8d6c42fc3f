import type { Change, EpochEnd } from '../controller/controller.js';
import type { Decision, Estimates, StepObservation } from '../core/types.js';
import type { SummaryValue } from '../importers/tensorboard/event.js';

/** One event of a TensorBoard log, less its time. */
export interface RunEvent {
  readonly step: number;
  readonly values: readonly SummaryValue[];
}

const STEP = 'adaptive';
const EPOCH = 'epoch';
/** The tag of the texts that say why. */
const REASON = `${STEP}/reason`;

const short = (value: number): string => String(Number(value.toPrecision(4)));

function scalars(group: string, numbers: { readonly [name: string]: number | undefined }): SummaryValue[] {
  return Object.entries(numbers).flatMap(([name, value]) =>
    value === undefined ? [] : [{ tag: `${group}/${name}`, value }],
  );
}

/** The first decision of a run. */
export function startEvent({ step, batchSize, learningRate, reason }: Decision): RunEvent {
  const text = `batch ${batchSize}, rate ${short(learningRate)}: ${reason}`;
  return { step, values: [{ tag: REASON, value: text }] };
}

/** What a step showed; an epoch's short last batch does not count as a batch size. */
export function stepEvent(seen: StepObservation, noise: Estimates['noise']): RunEvent {
  const { step, batchSize, learningRate, loss, stepMs, short: isShort, validationLoss } = seen;
  const setting = isShort === true ? {} : { batchSize, learningRate };
  const numbers = { ...setting, noiseScale: noise?.noiseScale, loss, validationLoss, stepMs };
  return { step, values: scalars(STEP, numbers) };
}

/** A change of the batch size, and why; it is in force from the next step on. */
export function changeEvent({ step, from, to, reason }: Change): RunEvent {
  const size = `batch ${from.batchSize} → ${to.batchSize}`;
  const rate = `rate ${short(from.learningRate)} → ${short(to.learningRate)}`;
  return { step, values: [{ tag: REASON, value: `${size}, ${rate}: ${reason}` }] };
}

/** Losses and metrics of an epoch; epochs count from 1, as in the logs of `tf.node.tensorBoard`. */
export function epochEvent({ epoch, logs }: EpochEnd): RunEvent {
  return { step: epoch + 1, values: scalars(EPOCH, logs) };
}
