import { columnMoments, standardized } from '../../bench/support/columns.js';
import { loadDiamonds } from '../../bench/support/diamonds.js';
import { fashionFolder, loadFashion, noisy } from '../../bench/support/fashion.js';
import { featureOf, loadSpam, readable } from '../../bench/support/spam.js';
import { disposeData } from '../../examples/support/data.js';
import { useWasm } from '../../examples/support/wasm.js';

beforeAll(useWasm);

describe('columns', () => {
  it('are standardized each by its own mean and deviation', () => {
    const values = Float32Array.of(1, 10, 3, 10, 5, 10);
    const moments = columnMoments(values, 2);
    expect(moments.means.map((mean) => Number(mean.toFixed(6)))).toEqual([3, 10]);
    expect(moments.deviations[0]).toBeCloseTo(Math.sqrt(8 / 3), 6);
    expect(moments.deviations[1]).toBe(1);
    expect([...standardized(values, moments)].map((value) => Number(value.toFixed(4)))).toEqual([
      -1.2247, 0, 0, 0, 1.2247, 0,
    ]);
  });
});

describe('loadDiamonds', () => {
  it('has nine features and the price, standardized by the training part', () => {
    const data = loadDiamonds();
    expect(data.train.inputs.shape).toEqual([43_133, 9]);
    expect(data.test.targets.shape).toEqual([10_784, 1]);
    const { mean, variance } = moments(data.train.targets.dataSync());
    expect(mean).toBeCloseTo(0, 3);
    expect(variance).toBeCloseTo(1, 3);
    // The price goes with the carats.
    const [carat, price] = [data.test.inputs.slice([0, 0], [-1, 1]), data.test.targets];
    expect(carat.mul(price).mean().dataSync()[0]).toBeGreaterThan(0.8);
    disposeData(data);
  });
});

function moments(values: ArrayLike<number>): { mean: number; variance: number } {
  const { means, deviations } = columnMoments(Float32Array.from(values), 1);
  return { mean: means[0] as number, variance: (deviations[0] as number) * (deviations[0] as number) };
}

describe('loadSpam', () => {
  it('hashes words by FNV-1a', () => {
    // The published test vectors: 'a' is e40c292c, 'foobar' bf9cf968.
    expect(featureOf('a', 2 ** 32)).toBe(0xe40c292c);
    expect(featureOf('foobar', 2 ** 32)).toBe(0xbf9cf968);
    expect(featureOf('foobar', 1000)).toBe(0xbf9cf968 % 1000);
  });

  it('reads subject and body, not the headers', () => {
    const message = 'From: list@example.org\nSubject: Hello There\nX-Spam: yes\n\nThe body\n\nends.';
    expect(readable(message)).toBe(' hello there\n\n\nthe body\n\nends.');
    expect(readable('no body')).toBe('\n');
  });

  it('has a third of spam in both parts', () => {
    const data = loadSpam(64);
    expect(data.train.inputs.shape).toEqual([4836, 64]);
    expect(data.test.targets.shape).toEqual([1210, 2]);
    const share = data.train.targets.slice([0, 1], [-1, 1]).mean().dataSync()[0] as number;
    expect(share).toBeCloseTo(1896 / 6046, 1);
    expect(data.train.inputs.min().dataSync()[0]).toBe(0);
    disposeData(data);
  });
});

describe('loadFashion', () => {
  it('replaces the share of labels asked for, the same ones each time', () => {
    const labels = new Int32Array(10_000).fill(3);
    const replaced = noisy(labels, 0.2, 1);
    const kept = replaced.filter((label) => label === 3).length;
    expect(kept / labels.length).toBeGreaterThan(0.8);
    expect(kept / labels.length).toBeLessThan(0.84);
    expect(noisy(labels, 0.2, 1)).toEqual(replaced);
    expect(new Set(replaced).size).toBe(10);
    expect(noisy(labels, 0, 1)).toEqual(labels);
  });

  const installed = fashionFolder() === undefined ? it.skip : it;
  installed('reads images and labels from the gzipped files', () => {
    const data = loadFashion(6);
    expect(data.train.inputs.shape).toEqual([6, 784]);
    expect([...data.train.targets.argMax(1).dataSync()]).toEqual([9, 0, 0, 3, 0, 2]);
    expect(data.test.inputs.shape).toEqual([10_000, 784]);
    disposeData(data);
  });

  it('says how to install it where it is missing', () => {
    const before = process.env.FASHION_MNIST;
    process.env.FASHION_MNIST = '/nowhere';
    expect(() => loadFashion(6)).toThrow(/not in \/nowhere: .*apt-get install dataset-fashion-mnist.*FASHION_MNIST/);
    if (before === undefined) delete process.env.FASHION_MNIST;
    else process.env.FASHION_MNIST = before;
  });
});
