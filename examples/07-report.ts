// Two trainings and a replay in one HTML page: what they did, what a policy would have decided, and why.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { adaptiveBatch, fixed, gaussianWalk, memoryLog, pipelineFromHeader, readRunLog } from 'tfjs-adaptive-batch';
import { reportPage, seriesBuilder, seriesFromRun, terminalReport } from 'tfjs-adaptive-batch/report';
import { useBackend } from './support/backend.js';
import { loadDigits } from './support/digits.js';
import { perceptron } from './support/perceptron.js';

await useBackend();
const { train, test } = loadDigits();
const validationData: [tf.Tensor, tf.Tensor] = [test.inputs, test.targets];
const log = memoryLog();

for (const options of [{ policy: fixed(16) }, {}]) {
  const model = perceptron({ inputs: 64, hidden: 64, seed: 1, optimizer: tf.train.sgd(0.2) });
  const callbacks = adaptiveBatch(model, { log, ...options });
  await model.fit(train.inputs, train.targets, { batchSize: 16, epochs: 10, verbose: 0, validationData, callbacks });
}

const [plain, adaptive] = readRunLog(log.lines.join('\n')).runs;
if (plain === undefined || adaptive === undefined) throw new Error('the log should hold two runs');

const replayed = seriesBuilder({ name: 'gaussianWalk on plain', kind: 'replay' });
let { pipeline, state } = pipelineFromHeader(plain.header, { policy: gaussianWalk() });
for (const { observation } of plain.steps) {
  const advance = pipeline.advance(state, observation);
  state = advance.state;
  replayed.add(observation, advance.decision, advance.estimates);
}

const series = [
  seriesFromRun(plain, { name: 'plain' }),
  seriesFromRun(adaptive, { name: 'adaptive' }),
  replayed.series(),
];
console.log(terminalReport(series));

const path = join('runs', 'report.html');
mkdirSync('runs', { recursive: true });
writeFileSync(path, await reportPage(series, { title: 'Digits: plain, adaptive, and a replay' }));
console.log(`wrote ${path}`);
