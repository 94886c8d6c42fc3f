import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import {
  type LoggedRun,
  pipelineFromHeader,
  type RunLogHeader,
  readRunLog,
  type StepObservation,
} from 'tfjs-adaptive-batch/core';
import { lehmer } from '../../examples/support/data.js';

const LOGS = ['01-fit.jsonl.gz', '03-own-loop.jsonl.gz'];
const LINES_A_PIECE = 1000;

function runOf(name: string): LoggedRun {
  const file = new URL(`../../test/golden/logs/${name}`, import.meta.url);
  return readRunLog(gunzipSync(readFileSync(file)).toString(), name).runs[0] as LoggedRun;
}

const RUNS = LOGS.map(runOf);
export const HEADER: RunLogHeader = (RUNS[0] as LoggedRun).header;

/** The observations of a training without end. */
export function* observations(): Generator<StepObservation, never, undefined> {
  const steps = RUNS.flatMap((run) => run.steps.map(({ observation }) => observation));
  const random = lehmer(1);
  for (let [step, examplesSeen] = [1, 0]; ; step++) {
    const like = steps[(step - 1) % steps.length] as StepObservation;
    examplesSeen += like.batchSize;
    const epoch = Math.floor(examplesSeen / (HEADER.facts.datasetSize as number));
    const loss = Math.fround(0.3 + 0.3 * random());
    yield { ...like, step, epoch, examplesSeen, loss, stepMs: like.stepMs * (1 + 0.1 * random()) };
  }
}

/**
 * The log of a training of so many steps, many lines at a time, each with its line end: the steps of two example runs over and over, numbered
 * on, with losses and times from a seeded generator. One step in fifteen is measured, the numbers have the digits that a training
 * gives them, and the decisions are those of the package's defaults.
 */
export function* longLog(count: number): Generator<string, void, undefined> {
  const { pipeline, state: start } = pipelineFromHeader(HEADER);
  let state = start;
  let piece = `${JSON.stringify(HEADER)}\n`;
  for (const observation of observations()) {
    ({ state } = pipeline.advance(state, observation));
    piece += `${JSON.stringify({ ...observation, decision: state.decision })}\n`;
    if (observation.step % LINES_A_PIECE !== 0 && observation.step !== count) continue;
    yield piece;
    piece = '';
    if (observation.step === count) return;
  }
}

const CYCLE = 10_000;

/** A still longer one, quickly made: after the first ten thousand steps only step and examples are new. */
export function* endlessLog(count: number): Generator<string, void, undefined> {
  const lines = [...longLog(CYCLE)].join('').split('\n').slice(1, -1);
  const tails = lines.map((line) => line.slice(line.indexOf(',"batchSize"')));
  const last = JSON.parse(lines.at(-1) as string) as StepObservation;
  const sizes = lines.map((line) => (JSON.parse(line) as StepObservation).batchSize);
  let examplesSeen = 0;
  let piece = `${JSON.stringify(HEADER)}\n`;
  for (let step = 1; step <= count; step++) {
    const at = (step - 1) % CYCLE;
    examplesSeen += sizes[at] as number;
    piece += `{"step":${step},"epoch":${last.epoch},"examplesSeen":${examplesSeen}${tails[at]}\n`;
    if (step % LINES_A_PIECE === 0 || step === count) {
      yield piece;
      piece = '';
    }
  }
}
