import type { AdaptiveBatchOptions, Batch, StepObservation } from '../../../src/index.js';
import { adaptiveBatch, adaptiveLoop, fixed, none } from '../../../src/index.js';
import { blobs, layers, tf, weightsOf, withSeed } from '../support.js';

export const NO_ROOM = 'Array buffer allocation failed';
export const BASE = 8;
/** The size that the policy asks for. */
export const ASKED = 64;
export const { x, y } = blobs(3 * ASKED + 20);

/** Where a pass over more examples than there is room for breaks off. */
export type Place = 'forward' | 'backward';

/** What stands between the net and its loss: throws on more than `most` examples. */
export function limited(place: Place, most: number, message = NO_ROOM): (values: tf.Tensor) => tf.Tensor {
  const check = ({ shape }: tf.Tensor): void => {
    if ((shape[0] as number) > most) throw new RangeError(message);
  };
  const pass = tf.customGrad((values) => {
    const input = values as tf.Tensor;
    if (place === 'forward') check(input);
    return {
      value: input.clone(),
      gradFunc: (dy: tf.Tensor) => {
        check(input);
        return dy.clone();
      },
    };
  });
  return (values) => pass(values);
}

type Between = (values: tf.Tensor) => tf.Tensor;

/** A net with batch normalization where asked, whose loss goes through `between`. */
export function net(optimizer: tf.Optimizer, between: Between, isNormalized = false): layers.Sequential {
  const { dense, batchNormalization } = layers.layers;
  const kernelInitializer = (seed: number) => layers.initializers.glorotNormal({ seed });
  const model = layers.sequential({
    layers: [
      dense({ units: 8, activation: 'tanh', inputShape: [6], kernelInitializer: kernelInitializer(3) }),
      ...(isNormalized ? [batchNormalization()] : []),
      dense({ units: 3, activation: 'softmax', kernelInitializer: kernelInitializer(4) }),
    ],
  });
  const loss = (truth: tf.Tensor, predicted: tf.Tensor): tf.Tensor =>
    layers.metrics.categoricalCrossentropy(truth, between(predicted));
  model.compile({ optimizer, loss, metrics: ['accuracy'] });
  return model;
}

/** What a training brought. */
interface Trained {
  readonly weights: number[];
  readonly observations: readonly StepObservation[];
  readonly warnings: readonly string[];
  /** Tensors more than before, the optimizer's among them. */
  readonly left: number;
}

/** A way to train. */
export type Way = (model: layers.Sequential, options: AdaptiveBatchOptions) => Promise<Trained>;

/** Without a budget, where the first step is as large as the policy asks. */
const quiet = { policy: fixed(ASKED), learningRate: none(), seed: 5, maxMemory: Number.POSITIVE_INFINITY };

function listen(controller: ReturnType<typeof adaptiveBatch>['controller']) {
  const observations: StepObservation[] = [];
  const warnings: string[] = [];
  controller.observations$.subscribe((seen) => observations.push(seen));
  controller.on('warning', (message) => warnings.push(message));
  return { observations, warnings };
}

const inFit: Way = async (model, options) => {
  const callbacks = adaptiveBatch(model, { ...quiet, ...options });
  const heard = listen(callbacks.controller);
  const before = tf.memory().numTensors;
  await withSeed(1, () => model.fit(x, y, { batchSize: BASE, epochs: 2, verbose: 0, callbacks }));
  callbacks.dispose();
  return { ...heard, weights: weightsOf(model), left: tf.memory().numTensors - before };
};

const inFitDataset: Way = async (model, options) => {
  const callbacks = adaptiveBatch(model, { ...quiet, batchSize: BASE, ...options });
  const heard = listen(callbacks.controller);
  const before = tf.memory().numTensors;
  await withSeed(1, () =>
    model.fitDataset(callbacks.batches({ xs: x, ys: y }) as never, { epochs: 2, verbose: 0, callbacks }),
  );
  callbacks.dispose();
  return { ...heard, weights: weightsOf(model), left: tf.memory().numTensors - before };
};

const inLoop: Way = async (model, options) => {
  const loss = ({ xs, ys }: Batch): tf.Tensor => {
    const predicted = model.apply((xs as { points: tf.Tensor }).points, { training: true }) as tf.Tensor;
    return tf.mean(
      (model.loss as (truth: tf.Tensor, predicted: tf.Tensor) => tf.Tensor)(
        (ys as tf.Tensor[])[0] as tf.Tensor,
        predicted,
      ),
    );
  };
  const { yieldEvery: _none, ...rest } = { ...quiet, ...options };
  const source = { xs: { points: x }, ys: [y] };
  const loop = adaptiveLoop({ ...rest, optimizer: model.optimizer, source, loss: loss as never, batchSize: BASE });
  const heard = listen(loop.controller);
  const before = tf.memory().numTensors;
  await withSeed(1, async () => {
    for (let epoch = 0; epoch < 2; epoch++) for await (const _step of loop.pass());
  });
  loop.end();
  return { ...heard, weights: weightsOf(model), left: tf.memory().numTensors - before };
};

export const WAYS: Readonly<Record<string, Way>> = {
  'fit()': inFit,
  'fitDataset()': inFitDataset,
  'an own loop': inLoop,
};

type Heap = {
  write(values: unknown, shape: number[], dtype: string): object;
  disposeData(id: object, force?: boolean): boolean;
};

/** Runs `run` with room for so many bytes more on the backend: what goes beyond throws as an engine does. */
export async function withHeap<Result>(bytes: number, run: () => Promise<Result>): Promise<Result> {
  const heap = tf.backend() as unknown as Heap;
  const { write, disposeData } = heap;
  const sizes = new Map<object, number>();
  let used = 0;
  heap.write = (values, shape, dtype) => {
    const size = 4 * tf.util.sizeFromShape(shape);
    if (used + size > bytes) throw new RangeError(NO_ROOM);
    const id = write.call(heap, values, shape, dtype);
    sizes.set(id, size);
    used += size;
    return id;
  };
  heap.disposeData = (id, force) => {
    const isGone = disposeData.call(heap, id, force);
    if (isGone) used -= sizes.get(id) ?? 0;
    if (isGone) sizes.delete(id);
    return isGone;
  };
  try {
    return await run();
  } finally {
    heap.write = write;
    heap.disposeData = disposeData;
  }
}
