import { type Examples, Network } from '../../bench/simulator/network.js';
import { createOptimizer, type OptimizerName } from '../../bench/simulator/optimizers.js';
import { combine, dots } from '../../bench/simulator/products.js';
import { exactStatistics } from '../../bench/simulator/statistics.js';
import { generator } from '../../src/core/random.js';

const COUNT = 7;
const order = Int32Array.from([3, 0, 6, 2, 5, 1, 4]);

function examples(features: number, kind: 'crossEntropy' | 'squaredError'): Examples {
  const random = generator(5);
  const inputs = Float64Array.from({ length: COUNT * features }, () => 2 * random() - 1);
  const targets = Float64Array.from({ length: COUNT }, () =>
    kind === 'squaredError' ? random() : Math.floor(3 * random()),
  );
  return { count: COUNT, inputs, targets };
}

const MODELS = [
  ['softmax regression', [5, 3], 'crossEntropy'],
  ['one hidden layer', [5, 6, 3], 'crossEntropy'],
  ['two hidden layers, one of odd size', [5, 7, 4, 3], 'crossEntropy'],
  ['regression', [5, 6, 1], 'squaredError'],
] as const;

/** The gradient of each example, made one by one. */
function exampleGradients(network: Network, data: Examples): Float64Array[] {
  return Array.from(order, (_, j) => {
    network.pass(data, order, j, 1);
    return network.gradient.slice();
  });
}

describe('products', () => {
  it.each([
    [9, 5, 6],
    [4, 2, 3],
    [3, 1, 1],
    [8, 4, 10],
  ])('of %d rows and %d columns are sums, blocks and rests alike', (rows, columns, length) => {
    const random = generator(1);
    const draw = (size: number) => Float64Array.from({ length: size }, () => random() - 0.5);
    const [a, b] = [draw(rows * length), draw(columns * length)];
    const out = new Float64Array(rows * columns);
    dots(out, a, b, rows, columns, length);
    const combined = new Float64Array(columns * length).fill(9);
    combine(combined, out, a, { bySummed: columns, byRow: 1 }, columns, rows, length);
    for (let c = 0; c < columns; c++) {
      for (let r = 0; r < rows; r++) {
        let sum = 0;
        for (let k = 0; k < length; k++) sum += (a[r * length + k] as number) * (b[c * length + k] as number);
        expect(out[r * columns + c]).toBeCloseTo(sum, 12);
      }
      for (let k = 0; k < length; k++) {
        let sum = 0;
        for (let r = 0; r < rows; r++) sum += (out[r * columns + c] as number) * (a[r * length + k] as number);
        expect(combined[c * length + k]).toBeCloseTo(sum, 12);
      }
    }
  });
});

describe.each(MODELS)('%s', (_name, sizes, loss) => {
  const data = examples(sizes[0], loss);
  const fresh = () => new Network(sizes, loss, generator(2));

  it('has the gradient of finite differences', () => {
    const network = fresh();
    network.pass(data, order, 0, COUNT);
    const gradient = network.gradient.slice();
    gradient.forEach((value, k) => {
      const at = (offset: number): number => {
        const weight = network.weights[k] as number;
        network.weights[k] = weight + offset;
        const { loss: moved } = network.evaluate(data);
        network.weights[k] = weight;
        return moved;
      };
      expect((at(1e-6) - at(-1e-6)) / 2e-6).toBeCloseTo(value, 7);
    });
  });

  it.each<OptimizerName>(['sgd', 'momentum', 'adam'])('has the statistics of its examples under %s', (name) => {
    const network = fresh();
    const optimizer = createOptimizer(name, network.weights.length);
    for (let step = 0; step < 3; step++) {
      network.pass(data, order, 0, COUNT);
      optimizer.apply(network.weights, network.gradient, 0.01);
    }
    const gradients = exampleGradients(network, data);
    network.pass(data, order, 0, COUNT);
    const g = network.gradient.slice();
    const { direction: p, metric } = optimizer.direction(g);
    const scale = (k: number): number => metric?.[k] ?? 1;
    const sum = (term: (k: number) => number): number => g.reduce((total, _, k) => total + term(k), 0);
    const at = (vector: Float64Array, k: number): number => vector[k] as number;
    const overExamples = (term: (gj: Float64Array) => number): number =>
      gradients.reduce((total, gj) => total + term(gj), 0);
    const apart = (gj: Float64Array, k: number): number => at(gj, k) - at(g, k);
    const statistics = exactStatistics(network, optimizer, COUNT, true);
    const expected = {
      squaredNormOfMean: sum((k) => at(g, k) ** 2),
      squaredDeviations: overExamples((gj) => sum((k) => apart(gj, k) ** 2)),
      meanProjection: sum((k) => at(g, k) * at(p, k)),
      freshProjection: sum((k) => scale(k) * at(g, k) ** 2),
      freshDeviations: overExamples((gj) => sum((k) => scale(k) * apart(gj, k) ** 2)),
      projectionDeviations: overExamples((gj) => sum((k) => apart(gj, k) * scale(k) * at(g, k)) ** 2),
      weightProjection: sum((k) => at(network.weights, k) * at(g, k)),
      squaredNormOfStep: sum((k) => at(p, k) ** 2),
    };
    for (const [key, value] of Object.entries(expected)) {
      expect((statistics[key as keyof typeof expected] as number) / value).toBeCloseTo(1, 9);
    }
    expect(statistics).toMatchObject({ route: 'closedForm', degreesOfFreedom: COUNT - 1 });
    const norms = gradients.map((gj) => Math.sqrt(sum((k) => at(gj, k) ** 2))).sort((a, b) => a - b);
    [0, 2, 3, 5, 6].forEach((rank, i) => {
      expect(statistics.exampleNorms?.[i]).toBeCloseTo(norms[rank] as number, 9);
    });
    const layers = statistics.layers ?? [];
    const over = (key: 'parameters' | 'squaredNormOfMean' | 'squaredDeviations') =>
      layers.reduce((total, layer) => total + layer[key], 0);
    expect(layers).toHaveLength(sizes.length - 1);
    expect(over('parameters')).toBe(g.length);
    expect(over('squaredNormOfMean')).toBeCloseTo(expected.squaredNormOfMean, 9);
    expect(over('squaredDeviations')).toBeCloseTo(expected.squaredDeviations, 9);
  });
});

describe('optimizers', () => {
  /** Two steps with the gradients 2 and −1 at rate 0.1, from 1. */
  const twoSteps = (name: OptimizerName): number[] => {
    const weights = Float64Array.from([1]);
    const optimizer = createOptimizer(name, 1);
    return [2, -1].map((gradient) => {
      const g = Float64Array.from([gradient]);
      const before = weights[0] as number;
      const predicted = before - 0.1 * (optimizer.direction(g).direction[0] as number);
      optimizer.apply(weights, g, 0.1);
      expect(weights[0]).toBeCloseTo(predicted, 12);
      return weights[0] as number;
    });
  };

  it('step as computed by hand', () => {
    expect(twoSteps('sgd')).toEqual([0.8, 0.9]);
    // V = 2, then 0.9·2 − 1 = 0.8.
    const [first, second] = twoSteps('momentum');
    expect(first).toBeCloseTo(0.8, 12);
    expect(second).toBeCloseTo(0.72, 12);
    // m̂ = 2, v̂ = 4; then m = 0.18 − 0.1 = 0.08, over 0.19; v = 0.003996 + 0.001 = 0.004996, over 0.001999.
    const adam = twoSteps('adam');
    expect(adam[0]).toBeCloseTo(0.9, 7);
    expect(adam[1]).toBeCloseTo(0.9 - (0.1 * (0.08 / 0.19)) / Math.sqrt(0.004996 / 0.001999), 7);
  });

  it('tell the share of the fresh gradient', () => {
    const adam = createOptimizer('adam', 1);
    const { direction, metric } = adam.direction(Float64Array.from([2]));
    expect(direction[0]).toBeCloseTo(1, 7);
    expect(metric?.[0]).toBeCloseTo(0.5, 7);
    expect(createOptimizer('momentum', 1).direction(Float64Array.from([2])).metric).toBeUndefined();
  });
});
