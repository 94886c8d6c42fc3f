import { bestRate } from '../../../bench/policies/tune.js';
import { outcome } from './outcomes.js';

describe('bestRate', () => {
  const needing = (rate: number, ...examples: number[]) => ({
    rate,
    outcomes: examples.map((each) => outcome(1, { examples: each })),
  });

  it('takes the fewest examples by median, whatever the clock says', () => {
    expect(bestRate([needing(0.1, 50, 60, 70), needing(0.2, 10, 40, 90), needing(0.4, 55, 55, 55)])).toBe(0.2);
  });

  it('counts a missed target as any number of examples', () => {
    const missed = { rate: 0.8, outcomes: [1, 2].map((examples) => outcome(1, { examples, end: 'time' })) };
    expect(bestRate([missed, needing(0.1, 500, 500)])).toBe(0.1);
    expect(bestRate([missed])).toBeUndefined();
  });
});
