import { type LossFloorState, NO_LOSSES, withLoss } from '../../src/core/loss-floor.js';
import { throughJson } from '../support/json.js';
import { errorsAway, mean, normal, uniform } from '../support/random.js';

/** Losses of batches one after another. */
function after(losses: readonly number[], batchSize = 32): LossFloorState {
  return losses.reduce((state, loss) => withLoss(state, { loss, batchSize }), NO_LOSSES);
}

/** Batches of 32 that are passed over, and in each of the six stretches after them: where 128, and then √2 times what was seen, is met. */
const [PASSED, BATCHES] = [4, [2, 3, 4, 6, 8, 12]];
const levels = (...means: readonly number[]): number[] => [
  ...Array.from({ length: PASSED }, () => means[0] as number),
  ...means.flatMap((level, i) => Array.from({ length: BATCHES[i] as number }, () => level)),
];

/** The estimate by the formulas, from the list of all losses after those passed over. */
function expected(losses: readonly number[]) {
  const counted = losses.slice(PASSED);
  const readings = counted.map((loss, i) => (loss - (losses[PASSED + i - 1] as number)) ** 2 * 16);
  const variance = mean(readings);
  const [one, two, four] = [counted.slice(0, 5), counted.slice(5, 15), counted.slice(15)];
  const [f1, f2, f4] = [mean(one), mean(two), mean(four)];
  const squares = [one, two, four].map(({ length }) => variance / (32 * length)) as [number, number, number];
  const [fallError, slowingError] = [
    Math.sqrt(squares[1] + squares[2]),
    Math.sqrt(squares[0] + 4 * squares[1] + squares[2]),
  ];
  const gap = (sign: number) => {
    const fall = f2 - f4 + sign * fallError;
    const slowing = f1 - 2 * f2 + f4 - sign * slowingError;
    return fall / Math.min(1, Math.max(2 ** 0.25 - 1, slowing / fall));
  };
  return { least: f4 - gap(1), floor: f4 - gap(0), most: f4 - gap(-1) };
}

test('is what the formulas say of the six stretches', () => {
  const losses = levels(99.2, 99.1, 98.75, 98.6, 98.5, 98.45);
  const { least, floor, most } = after(losses).known ?? { least: 0, floor: 0, most: 0 };
  const by = expected(losses);
  expect([least, floor, most]).toEqual([
    expect.closeTo(by.least, 9),
    expect.closeTo(by.floor, 9),
    expect.closeTo(by.most, 9),
  ]);
  expect(least).toBeLessThan(floor);
  expect(floor).toBeLessThan(most);
});

test('comes with the last batch of the sixth stretch, and is replaced with the seventh', () => {
  const losses = levels(99.2, 99.1, 98.75, 98.6, 98.5, 98.45);
  expect(after(losses.slice(0, -1)).known).toBeNull();
  const sixth = after(losses);
  expect(sixth.known).not.toBeNull();
  expect(sixth).toMatchObject({ seen: 1248, until: 1248 * Math.SQRT2, current: { examples: 0 } });
  const next = (count: number) => after([...losses, ...Array.from({ length: count }, () => 98.3)]);
  // 1765 examples: 16 batches and a part.
  expect(next(16).known).toEqual(sixth.known);
  expect(next(17).known).not.toEqual(sixth.known);
  expect(next(17).done.length).toBe(6);
});

test('passes over four batches, and 128 examples, at least', () => {
  const begun = (batchSize: number, batches: number) =>
    after(
      Array.from({ length: batches }, () => 1),
      batchSize,
    ).current !== null;
  expect([begun(16, 7), begun(16, 8)]).toEqual([false, true]);
  expect([begun(100, 3), begun(100, 4)]).toEqual([false, true]);
});

/** Without noise but for the steps between the stretches. */
const floorOf = (...means: readonly number[]) => after(levels(...means)).known;

test('a loss that speeds up counts as the law of power 1/4, one that slows down fast as that of 1', () => {
  const steep = floorOf(100, 100, 99, 99, 97, 97);
  expect(steep?.floor).toBeCloseTo(97 - 2 / (2 ** 0.25 - 1), 9);
  const slow = floorOf(100, 100, 90, 90, 89.5, 89.5);
  expect(slow?.floor).toBeCloseTo(89.5 - 0.5, 9);
});

test('where the last doubling brought nothing it keeps what it knew', () => {
  expect(floorOf(100, 100, 99, 99, 99, 99)).toBeNull();
  expect(floorOf(100, 100, 99, 99, 99.1, 99.1)).toBeNull();
  const before = after(levels(99.2, 99.1, 98.75, 98.6, 98.5, 98.45));
  const flat = Array.from({ length: 300 }, () => 98.6).reduce(
    (s, loss) => withLoss(s, { loss, batchSize: 32 }),
    before,
  );
  expect(flat.known?.floor).toBeLessThan(98.5);
  for (const stretch of flat.done) expect(stretch.mean).toBeCloseTo(98.6, 9);
});

test('a positive loss has no negative floor; another may', () => {
  const positive = floorOf(5, 5, 3, 3, 1, 1);
  expect([positive?.least, positive?.floor]).toEqual([0, 0]);
  expect(floorOf(3, 3, 1, 1, -1, -1)?.floor).toBeCloseTo(-1 - 2 / (2 ** 0.25 - 1), 9);
});

/** A loss F* + a·t^(−c) with noise of so much an example, in batches of 16. */
function course(
  { floor, start, power, noise }: { floor: number; start: number; power: number; noise: number },
  seed: number,
  examples = 20_000,
): LossFloorState {
  const gaussian = normal(uniform(seed));
  let state = NO_LOSSES;
  for (let seen = 8; seen < examples; seen += 16) {
    const loss = floor + start * (seen / 500) ** -power + (noise / 4) * gaussian();
    state = withLoss(state, { loss, batchSize: 16 });
  }
  return state;
}

test.each([0.25, 0.5, 0.75, 1])('finds the floor of a power law of %d without noise', (power) => {
  const known = course({ floor: 0.7, start: 2, power, noise: 0 }, 1).known;
  // The ends of the stretches are whole batches, and neighbours differ by the course itself.
  expect(Math.abs((known?.floor ?? 0) - 0.7)).toBeLessThan(0.02);
});

/** Bias and standard deviation of the estimate over 200 seeds after 20,000 examples, as measured; the noise is that of the loss of an example. */
test.each([
  { power: 0.25, noise: 0.3, bias: 0.061, deviation: 0.107 },
  { power: 0.25, noise: 1, bias: 0.088, deviation: 0.189 },
  { power: 0.5, noise: 0.3, bias: -0.038, deviation: 0.108 },
  { power: 0.5, noise: 1, bias: -0.091, deviation: 0.193 },
  { power: 1, noise: 0.3, bias: -0.016, deviation: 0.038 },
])(
  'of a power law of $power with noise $noise it is off by $bias, and between its bounds lies the truth in most runs',
  ({ power, noise, bias, deviation }) => {
    const truth = 0.9;
    const all = Array.from({ length: 200 }, (_, i) => course({ floor: truth, start: 1, power, noise }, i + 1).known);
    const known = all.flatMap((one) => (one === null ? [] : [one]));
    expect(known.length).toBe(200);
    const floors = known.map(({ floor }) => floor);
    expect(mean(floors) - truth).toBeCloseTo(bias, 2);
    expect(Math.sqrt(mean(floors.map((x) => (x - mean(floors)) ** 2)))).toBeCloseTo(deviation, 2);
    // A standard error to either side: two thirds.
    const inside = known.filter(({ least, most }) => least <= truth && truth <= most).length / 200;
    expect(inside).toBeGreaterThan(0.55);
    expect(inside).toBeLessThan(0.75);
  },
);

test('the noise is that of an example, whatever the size of the batches', () => {
  const gaussian = normal(uniform(3));
  const variances = Array.from({ length: 300 }, () => {
    let state = NO_LOSSES;
    for (let i = 0; i < 60; i++) {
      const batchSize = i % 2 === 0 ? 16 : 64;
      state = withLoss(state, { loss: 5 + gaussian() / Math.sqrt(batchSize), batchSize });
    }
    const { pairs, sum } = state.done.reduce(
      (all, stretch) => ({ pairs: all.pairs + stretch.pairs, sum: all.sum + stretch.pairs * stretch.variance }),
      { pairs: 0, sum: 0 },
    );
    return sum / pairs;
  });
  expect(errorsAway(variances, 1)).toBeLessThan(3);
});

test('goes on from JSON', () => {
  const losses = Array.from({ length: 200 }, (_, i) => 3 / Math.sqrt(i + 1));
  let state = NO_LOSSES;
  for (const loss of losses) state = throughJson(withLoss(state, { loss, batchSize: 32 }));
  expect(state).toEqual(after(losses));
});
