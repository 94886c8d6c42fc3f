import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { median } from '../../examples/support/statistics.js';
import type { Engine } from '../support/engine.js';
import { interleaved, type Way } from '../support/interleaved.js';
import { NOISE_MODELS, type NoiseModel, noise } from '../support/noise-models.js';
import { ALWAYS_THE_BASE, type Fit, fitWay } from './ways.js';

/** A model of {@link NOISE_MODELS}, and how it is trained. */
export interface Place {
  readonly engine: Engine;
  readonly task: keyof typeof NOISE_MODELS;
  readonly batchSize: number;
  readonly rounds: number;
}

/** What two models under the callback took beside two plain ones. */
export interface Quartet {
  /** A model under the callback: the median over its rounds, over the mean of the plain ones. */
  readonly ratios: readonly number[];
  /** The same of each plain model: what there is of chance. */
  readonly plainRatios: readonly number[];
  /** Plain fit() [ms a step]. */
  readonly stepMs: number;
}

/** What a fit takes at least [ms]. */
const FIT_MS = 1500;
/** Steps of a fit at least: the first one, which is not counted, holds the eight measurements of the warm-up. */
const STEPS = 20;

/** Epochs of a fit that is long enough, by the second one of `epoch`: the first compiles. */
async function epochsFor({ examples }: NoiseModel, batchSize: number, epoch: Way): Promise<number> {
  await epoch();
  return Math.max(Math.ceil(FIT_MS / (await epoch())), Math.ceil((STEPS * batchSize) / examples));
}

/** Four new models in this process, whose backend is chosen. */
export async function quartetHere({ task, batchSize, rounds }: Omit<Place, 'engine'>): Promise<Quartet> {
  const model = NOISE_MODELS[task];
  const examples = noise(model);
  const way = (fit: Fit) => fitWay(model.build(), examples, fit);
  const epochs = await epochsFor(model, batchSize, way({ batchSize, epochs: 1 }));
  const plain: Fit = { batchSize, epochs };
  const adaptive: Fit = { ...plain, options: ALWAYS_THE_BASE };
  const ways = { plain: way(plain), twin: way(plain), default: way(adaptive), defaultTwin: way(adaptive) };
  const times = await interleaved(ways, rounds);
  const timesOf = (name: keyof typeof ways) => times[name] as readonly number[];
  const twin = timesOf('twin');
  const means = timesOf('plain').map((ms, round) => (ms + (twin[round] as number)) / 2);
  const ratioOf = (name: keyof typeof ways): number =>
    median(timesOf(name).map((ms, round) => ms / (means[round] as number)));
  return {
    ratios: [ratioOf('default'), ratioOf('defaultTwin')],
    plainRatios: [ratioOf('plain'), ratioOf('twin')],
    stepMs: median(means) / (epochs * Math.ceil(model.examples / batchSize)),
  };
}

/**
 * Four new models in a new process. A model is some percent faster than its twin for as long as both live, and so may be a process that has compiled
 * the one before the other.
 */
export async function quartet(place: Place): Promise<Quartet> {
  const child = fork(join(import.meta.dirname, 'quartet.ts'), [JSON.stringify(place)]);
  const closed = once(child, 'close');
  let found: Quartet | undefined;
  child.on('message', (message) => {
    found = message as Quartet;
  });
  await closed;
  if (found === undefined) throw new Error(`the process of ${JSON.stringify(place)} ended without a result`);
  return found;
}
