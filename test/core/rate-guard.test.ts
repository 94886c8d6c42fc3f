import { guardRate, NEW_RATE_GUARD, type RateGuardState } from '../../src/core/rate-guard.js';

type Step = { loss: number; smoothed: number | undefined; factor: number };

/** The steps after which the guard tripped, and its last state. */
function run(steps: readonly Step[]): { trips: number[]; state: RateGuardState } {
  let state = NEW_RATE_GUARD;
  const trips: number[] = [];
  steps.forEach((step, i) => {
    const after = guardRate(state, step);
    state = JSON.parse(JSON.stringify(after.state)) as RateGuardState;
    if (after.isTripped) trips.push(i);
  });
  return { trips, state };
}

/** A loss that begins at 5 and has come down to 0.2. */
const calm = (count: number, factor: number): Step[] =>
  Array.from({ length: count }, (_, i) => ({ loss: i === 0 ? 5 : 0.2, smoothed: 0.2, factor }));
const jump = (count: number, factor: number): Step[] =>
  Array.from({ length: count }, () => ({ loss: 5, smoothed: 1, factor }));

test('halves the factor when the loss goes half-way back in its logarithm, then waits for fifty steps', () => {
  // The mean of about eight is 0.2 before the jump; two batches at 5 make it 1.33, beyond √(0.2·5) = 1, one does not.
  const { trips, state } = run([...calm(90, 8), ...jump(45, 8)]);
  expect(trips).toEqual([91]);
  expect(state.ceiling).toBe(4);
  expect(state.initial).toBe(5);
});

test('where the loss has hardly come down, a rise by half is asked for too', () => {
  const level = (loss: number, count: number): Step[] =>
    Array.from({ length: count }, () => ({ loss, smoothed: 1, factor: 8 }));
  expect(run([...level(1, 90), ...level(1.49, 200)]).trips).toEqual([]);
  expect(run([...level(1, 90), ...level(1.6, 40)]).trips).toHaveLength(1);
});

test('a small loss that is noisy in itself does not trip it', () => {
  const noisy = Array.from({ length: 400 }, (_, i) => ({
    loss: i % 20 === 0 ? 0.2 : 0.002,
    smoothed: 0.01,
    factor: 8,
  }));
  expect(run([...calm(90, 8), ...noisy]).trips).toEqual([]);
});

test("goes on down to the user's own rate, and no further", () => {
  const { trips, state } = run([...calm(90, 3), ...jump(52, 3), ...jump(51, 1.5), ...jump(200, 1)]);
  expect(trips).toEqual([91, 142]);
  expect(state.ceiling).toBe(1);
});

test.each([1, 0.5, Number.NaN])('leaves a factor of %d alone, whatever the loss does', (factor) => {
  expect(run([...calm(30, factor), ...jump(300, factor)])).toMatchObject({ trips: [], state: { ceiling: null } });
});

test('is quiet under noise, under a falling loss and at the start', () => {
  const noisy = Array.from({ length: 500 }, (_, i) => ({ loss: i % 4 === 0 ? 0.4 : 0.1, smoothed: 0.18, factor: 8 }));
  const falling = Array.from({ length: 500 }, (_, i) => ({ loss: 0.99 ** i, smoothed: 0.99 ** (i - 20), factor: 8 }));
  const late = jump(19, 8);
  for (const steps of [noisy, falling, late]) expect(run(steps).trips).toEqual([]);
});

test('a loss at or below 0 never trips it, nor does one without an estimate', () => {
  const negative = Array.from({ length: 100 }, (_, i) => ({ loss: i < 50 ? -3 : 9, smoothed: -3, factor: 8 }));
  const unknown = Array.from({ length: 100 }, (_, i) => ({ loss: i < 50 ? 0.1 : 9, smoothed: undefined, factor: 8 }));
  for (const steps of [negative, unknown]) expect(run(steps).trips).toEqual([]);
});
