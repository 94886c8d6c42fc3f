// A training broken off and resumed decides as if it had not been; its log replays to the same decisions.
import * as tf from '@tensorflow/tfjs';
import { adaptiveBatch, type ControllerState, memoryLog, pipelineFromHeader, readRunLog } from 'tfjs-adaptive-batch';
import { useBackend } from './support/backend.js';
import { loadDigits } from './support/digits.js';
import { perceptron } from './support/perceptron.js';

await useBackend();
const { train } = loadDigits();
const model = perceptron({ inputs: 64, hidden: 64, seed: 1, optimizer: tf.train.sgd(0.2) });
const log = memoryLog();
const fit = { batchSize: 16, verbose: 0 } as const;

const first = adaptiveBatch(model, { log });
await model.fit(train.inputs, train.targets, { ...fit, epochs: 3, callbacks: first });
// Keep this text beside the model's weights.
const saved = JSON.stringify(first.getState());

const second = adaptiveBatch(model, { log }).restore(JSON.parse(saved) as ControllerState);
second.controller.on('start', (_facts, { batchSize }) => console.log(`resumed with batch ${batchSize}`));
await model.fit(train.inputs, train.targets, { ...fit, epochs: 6, initialEpoch: 3, callbacks: second });

for (const { header, steps } of readRunLog(log.lines.join('\n')).runs) {
  const { pipeline, state: start } = pipelineFromHeader(header);
  let state = start;
  const same = steps.filter(({ observation, decision }) => {
    const advance = pipeline.advance(state, observation);
    state = advance.state;
    return JSON.stringify(advance.decision) === JSON.stringify(decision);
  });
  console.log(`replay: ${same.length} of ${steps.length} decisions are the same`);
}
