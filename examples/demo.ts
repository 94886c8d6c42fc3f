/** The main job in one command: UCI digits to the same training loss, plain and adaptive. Run it with `npm run demo`. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { SingleBar } from 'cli-progress';
import pc from 'picocolors';
import type { AdaptiveBatch } from 'tfjs-adaptive-batch';
import { useBackend } from './support/backend.js';
import { compare, type Pair } from './support/comparison.js';
import { disposeData } from './support/data.js';
import { batchSizeChart, changeList, costTable, lossChart, type TimedChange } from './support/demo-report.js';
import { loadDigits } from './support/digits.js';
import { replay } from './support/replay.js';
import { type Setting, warmUp } from './support/training.js';

/** What the demo trains. */
export interface DemoOptions {
  readonly seeds?: readonly number[];
  readonly targetLoss?: number;
  readonly mostEpochs?: number;
  /** File of the run log; what is in it is lost. */
  readonly log?: string;
  readonly print?: (text: string) => void;
}

const HIDDEN = 32;
const BATCH_SIZE = 16;
/** Tuned for plain fit() at {@link BATCH_SIZE}: `npm run bench:demo -- --tune` tries 0.005 to 0.16 and finds this the fastest. */
const LEARNING_RATE = 0.08;
const MOMENTUM = 0.9;
const SHOWN_CHANGES = 5;

/** Keeps the changes of the batch size in the training of one seed. */
function recordChanges(adaptive: AdaptiveBatch): TimedChange[] {
  const changes: TimedChange[] = [];
  const begin = performance.now();
  adaptive.controller.on('change', (change) => {
    if (change.from.batchSize === change.to.batchSize) return;
    changes.push({ ...change, elapsedMs: performance.now() - begin });
  });
  return changes;
}

function heading(text: string): string {
  return `\n${pc.bold(text)}`;
}

function replayLine(log: string): string {
  const { runs, decisions, same } = replay(readFileSync(log, 'utf8'));
  const count = `${same.toLocaleString('en')} of ${decisions.toLocaleString('en')}`;
  const text = `Replay without training: ${count} decisions of ${runs} runs came out the same.`;
  return same === decisions ? pc.green(text) : pc.red(text);
}

async function trainPairs(setting: Setting, seeds: readonly number[], log: string) {
  rmSync(log, { force: true });
  mkdirSync(dirname(log), { recursive: true });
  const bar = new SingleBar({ format: 'training {bar} {value}/{total}', barsize: 40, clearOnComplete: true });
  let changes: TimedChange[] | undefined;
  bar.start(2 * seeds.length + 1, 0);
  try {
    await warmUp(setting);
    bar.increment();
    const pairs = await compare(setting, {
      seeds,
      adaptive: { log },
      onStart: (adaptive) => {
        changes ??= recordChanges(adaptive);
      },
      onEnd: () => bar.increment(),
    });
    return { pairs, changes: changes ?? [] };
  } finally {
    bar.stop();
  }
}

function report(pairs: readonly Pair[], changes: readonly TimedChange[], { targetLoss }: Setting): string {
  const [first] = pairs as [Pair];
  const few = changes.slice(0, SHOWN_CHANGES);
  return [
    costTable(pairs, targetLoss),
    pc.dim(`Medians over ${pairs.length} seeds; ratio: adaptive / plain, the median of the seeds' own.`),
    heading(`Training loss over time, seed ${first.seed}`),
    lossChart(first),
    heading(`Batch size over time, seed ${first.seed}`),
    batchSizeChart(first, BATCH_SIZE, changes),
    heading(`Why it changed (the first ${few.length} of ${changes.length})`),
    changeList(few),
  ].join('\n');
}

/** Trains, compares, prints, replays. @returns the pairs it trained */
export async function demo(options: DemoOptions = {}): Promise<Pair[]> {
  const {
    seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9],
    targetLoss = 0.02,
    mostEpochs = 200,
    log = 'runs/digits.jsonl',
  } = options;
  const { print = console.log } = options;
  await useBackend();
  const data = loadDigits();
  const optimizer = () => tf.train.momentum(LEARNING_RATE, MOMENTUM);
  const setting: Setting = { data, hidden: HIDDEN, optimizer, batchSize: BATCH_SIZE, targetLoss, mostEpochs };
  print(pc.bold('UCI digits, 64-32-10 perceptron, momentum 0.9, WebAssembly backend'));
  print(`Plain fit() at batch size ${BATCH_SIZE} and the rate tuned for it, ${LEARNING_RATE}, against`);
  print(`the same call with ${pc.cyan('callbacks: adaptiveBatch(model)')}.\n`);
  const { pairs, changes } = await trainPairs(setting, seeds, log);
  disposeData(data);
  print(report(pairs, changes, setting));
  print(`\nEvery step and decision is in ${pc.bold(log)}.`);
  print(replayLine(log));
  return pairs;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await demo();
