/**
 * The pictures of docs/choosing.md: `npm run plots`, or of some `npm run plots -- cabs surge`.
 *
 * A training for each policy and each learning-rate rule: the UCI digits, a 64-32-10 perceptron, WebAssembly, momentum 0.9 from batch 16 at the rate tuned
 * for it (Adam where the rule is for it), 40 epochs, batches up to 512, the same weights. Each is written to docs/images/choosing as one small SVG.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { adaptiveBatch, type Description, memoryLog, type RunLogHeader, readRunLog } from 'tfjs-adaptive-batch';
import { seriesFromRun } from 'tfjs-adaptive-batch/report';
import { disposeData } from '../examples/support/data.js';
import { loadDigits } from '../examples/support/digits.js';
import { perceptron } from '../examples/support/perceptron.js';
import { type Setting, warmUp } from '../examples/support/training.js';
import { useWasm } from '../examples/support/wasm.js';
import { policyText } from '../src/cli/description.js';
import { picture } from './plots/picture.js';
import { SHOWN, type Shown, TUNED } from './plots/runs.js';

const FOLDER = new URL('../docs/images/choosing/', import.meta.url);
const [BATCH_SIZE, MOST, EPOCHS, SEED, HIDDEN] = [16, 512, 40, 3, 32];
const POINTS = 400;
const MOST_CHANGES = 24;

await useWasm();
const data = loadDigits();

/** What decided, in one line. */
function saysOf({ options }: RunLogHeader, { says, optimizer = TUNED }: Shown): string {
  const { policy, learningRate } = options as unknown as Readonly<Record<'policy' | 'learningRate', Description>>;
  const parts = [says ?? policyText(policy), policyText(learningRate), optimizer.says];
  return parts.join('  ·  ').replaceAll('"', '');
}

async function draw(name: string, shown: Shown): Promise<string> {
  const optimizer = (shown.optimizer ?? TUNED).create();
  const model = perceptron({ inputs: 64, hidden: HIDDEN, seed: SEED, optimizer });
  const log = memoryLog();
  const callbacks = adaptiveBatch(model, { maxBatchSize: MOST, seed: SEED, ...shown.options, log });
  const { validationSplit = 0 } = shown;
  const { inputs, targets } = data.train;
  await model.fit(inputs, targets, { batchSize: BATCH_SIZE, epochs: EPOCHS, validationSplit, verbose: 0, callbacks });
  model.dispose();
  optimizer.dispose();
  const [run] = readRunLog(log.lines.join('\n')).runs;
  if (run === undefined) throw new Error(`the training of ${name} has left no log`);
  const series = seriesFromRun(run, { name, maxPoints: POINTS, maxChanges: MOST_CHANGES });
  return picture(series, name, saysOf(run.header, shown));
}

const names = argv.length > 2 ? argv.slice(2) : Object.keys(SHOWN);
const setting: Setting = {
  data,
  hidden: HIDDEN,
  optimizer: TUNED.create,
  batchSize: BATCH_SIZE,
  targetLoss: 0,
  mostEpochs: 1,
};
await warmUp(setting);
mkdirSync(FOLDER, { recursive: true });
for (const name of names) {
  const shown = SHOWN[name];
  if (shown === undefined)
    throw new RangeError(`there is no picture of '${name}'; of ${Object.keys(SHOWN).join(', ')}`);
  const svg = await draw(name, shown);
  writeFileSync(new URL(`${name}.svg`, FOLDER), svg);
  console.log(`${name}.svg, ${(svg.length / 1000).toFixed(1)} kB`);
}
disposeData(data);
