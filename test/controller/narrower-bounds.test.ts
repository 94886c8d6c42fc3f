import { pipelineFromHeader } from '../../src/assembly/from-header.js';
import { AdaptiveController, type ControllerState } from '../../src/controller/controller.js';
import { fixed } from '../../src/policies/index.js';
import { type LoggedRun, readRunLog } from '../../src/run-log/read.js';
import { memoryLog } from '../../src/run-log/sink.js';
import { throughJson } from '../support/json.js';
import { asking } from '../support/policies.js';
import { SIMULATED_FACTS, simulatedTraining } from '../support/simulated-training.js';

test('a state from a run with wider bounds starts within those of this one, and so does the replay', () => {
  const wide = new AdaptiveController({ policy: fixed(1024) });
  wide.start(SIMULATED_FACTS);
  const log = memoryLog();
  const narrow = new AdaptiveController({ policy: asking(undefined), maxBatchSize: 128, log });
  narrow.restore(throughJson(wide.getState() as ControllerState));
  const decision = narrow.start(SIMULATED_FACTS);
  expect(decision.batchSize).toBe(128);
  narrow.observe(simulatedTraining()(decision));
  const [run] = readRunLog(log.lines.join('\n')).runs as [LoggedRun];
  expect(pipelineFromHeader(run.header, { policy: asking(undefined) }).state.decision).toEqual(decision);
});
