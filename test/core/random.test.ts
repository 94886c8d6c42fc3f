import { generator, randomFrom } from '../../src/core/random.js';
import { errorsAway, mean } from '../support/random.js';

const draw = (next: () => number, count: number): number[] => Array.from({ length: count }, next);

test('the same seed gives the same numbers, another seed others', () => {
  expect(draw(generator(7), 50)).toEqual(draw(generator(7), 50));
  expect(draw(generator(7), 50)).not.toEqual(draw(generator(8), 50));
});

test('numbers are uniform in [0, 1) and do not hang together', () => {
  const numbers = draw(generator(1), 20_000);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(errorsAway(numbers, 0.5)).toBeLessThan(3);
  expect(
    errorsAway(
      numbers.map((x) => (x - 0.5) ** 2),
      1 / 12,
    ),
  ).toBeLessThan(3);
  const products = numbers.slice(1).map((x, i) => (x - 0.5) * ((numbers[i] as number) - 0.5));
  expect(errorsAway(products, 0)).toBeLessThan(3);
});

test('the first numbers of neighbouring seeds are uniform too', () => {
  expect(mean(Array.from({ length: 2000 }, (_, seed) => generator(seed)()))).toBeCloseTo(0.5, 1);
});

test('randomFrom follows the seed, or Math.random where there is none', () => {
  expect(draw(randomFrom(3), 5)).toEqual(draw(generator(3), 5));
  const { random } = Math;
  try {
    const next = randomFrom(undefined);
    Math.random = () => 0.25;
    expect(next()).toBe(0.25);
  } finally {
    Math.random = random;
  }
  expect(() => randomFrom(-1)).toThrow('seed must be a whole number >= 0; got -1');
});
