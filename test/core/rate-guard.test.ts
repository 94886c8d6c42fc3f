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

const calm = (count: number, factor: number): Step[] =>
  Array.from({ length: count }, () => ({ loss: 0.2, smoothed: 0.2, factor }));
const jump = (count: number, factor: number): Step[] =>
  Array.from({ length: count }, () => ({ loss: 5, smoothed: 1, factor }));

test('halves the factor when the loss jumps under it, then waits for fifty steps', () => {
  // One batch at 5 makes the mean of about eight 0.8, more than three times 0.2.
  const { trips, state } = run([...calm(30, 8), ...jump(45, 8)]);
  expect(trips).toEqual([30]);
  expect(state.ceiling).toBe(4);
});

test("goes on down to the user's own rate, and no further", () => {
  const { trips, state } = run([...calm(30, 3), ...jump(51, 3), ...jump(51, 1.5), ...jump(200, 1)]);
  expect(trips).toEqual([30, 81]);
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
