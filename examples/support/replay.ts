import { isDeepStrictEqual } from 'node:util';
import { type LoggedRun, pipelineFromHeader, readRunLog } from 'tfjs-adaptive-batch';

/** What a replay of a run log came to. */
export interface ReplayCount {
  readonly runs: number;
  /** Decisions in the log. */
  readonly decisions: number;
  /** Those that the replay made again, bit for bit. */
  readonly same: number;
}

function countSame({ header, steps }: LoggedRun): number {
  let { pipeline, state } = pipelineFromHeader(header);
  let same = 0;
  for (const { observation, decision } of steps) {
    const again = pipeline.advance(state, observation);
    state = again.state;
    if (isDeepStrictEqual(again.decision, decision)) same++;
  }
  return same;
}

/** Makes every decision of a run log again from the observations in it, without TensorFlow.js. @param text the whole log */
export function replay(text: string): ReplayCount {
  const { runs } = readRunLog(text);
  return {
    runs: runs.length,
    decisions: runs.reduce((sum, { steps }) => sum + steps.length, 0),
    same: runs.reduce((sum, run) => sum + countSame(run), 0),
  };
}
