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

function runOf(name: string): LoggedRun {
  const file = new URL(`../../test/golden/logs/${name}`, import.meta.url);
  return readRunLog(gunzipSync(readFileSync(file)).toString(), name).runs[0] as LoggedRun;
}

/** A training as long as one likes: its lines, many at a time, each with its line end. */
export interface LongLog {
  readonly header: RunLogHeader;
  /** The observations, from step 1. */
  observations(): Generator<StepObservation, never, undefined>;
  /** The log of so many steps, the decisions those of the package's defaults. */
  text(steps: number): Generator<string, void, undefined>;
}

const LINES_A_PIECE = 1000;

/**
 * The steps of two example runs over and over, numbered on, with losses from a seeded generator: one step in fifteen is measured, and the
 * numbers have the digits that a training gives them.
 */
export function longLog(): LongLog {
  const runs = LOGS.map(runOf);
  const header = { ...(runs[0] as LoggedRun).header };
  const steps = runs.flatMap((run) => run.steps.map(({ observation }) => observation));
  function* observations(): Generator<StepObservation, never, undefined> {
    const random = lehmer(1);
    for (let [step, examplesSeen] = [1, 0]; ; step++) {
      const like = steps[(step - 1) % steps.length] as StepObservation;
      examplesSeen += like.batchSize;
      const loss = Math.fround(0.3 + 0.3 * random());
      yield {
        ...like,
        step,
        epoch: Math.floor(examplesSeen / 1437),
        examplesSeen,
        loss,
        stepMs: like.stepMs * (1 + 0.1 * random()),
      };
    }
  }
  return {
    header,
    observations,
    *text(count) {
      const { pipeline, state: start } = pipelineFromHeader(header);
      let state = start;
      let piece = `${JSON.stringify(header)}\n`;
      for (const observation of observations()) {
        ({ state } = pipeline.advance(state, observation));
        piece += `${JSON.stringify({ ...observation, decision: state.decision })}\n`;
        if (observation.step % LINES_A_PIECE === 0 || observation.step === count) {
          yield piece;
          piece = '';
        }
        if (observation.step === count) return;
      }
    },
  };
}
