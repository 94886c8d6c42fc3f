import fc from 'fast-check';
import { crossing, evaluationsDue } from '../../../bench/policies/crossing.js';

const above = { loss: 1, elapsedMs: 100, updates: 10, examples: 160 };
const below = { loss: 0.01, elapsedMs: 300, updates: 30, examples: 480 };

describe('crossing', () => {
  it('lies halfway where the logarithm of the target does', () => {
    expect(crossing(above, below, 0.1)).toEqual({ elapsedMs: 200, updates: 20, examples: 320 });
  });

  it('is the later evaluation where that just meets the target', () => {
    expect(crossing(above, below, 0.01)).toEqual({ elapsedMs: 300, updates: 30, examples: 480 });
  });

  it('counts a loss of 0 as passed at its evaluation', () => {
    expect(crossing(above, { ...below, loss: 0 }, 0.1)).toEqual({ elapsedMs: 300, updates: 30, examples: 480 });
  });

  it('counts a target met by the initial weights as met at the evaluation', () => {
    expect(crossing({ ...above, loss: 0.01 }, below, 0.1).elapsedMs).toBe(300);
  });

  it('gives the time of an exponential decay exactly, wherever the evaluations lie', () => {
    const time = fc.double({ min: 0.1, max: 10, noNaN: true });
    fc.assert(
      fc.property(time, time, time, fc.double({ min: 0.01, max: 2, noNaN: true }), (start, before, after, rate) => {
        const at = (elapsedMs: number) => ({ loss: Math.exp(-rate * elapsedMs), elapsedMs, updates: 0, examples: 0 });
        const target = Math.exp(-rate * (start + before));
        const found = crossing(at(start), at(start + before + after), target).elapsedMs;
        expect(found).toBeCloseTo(start + before, 6);
      }),
    );
  });
});

describe('evaluationsDue', () => {
  it('is one for each quarter of an epoch that is complete', () => {
    expect([0, 24, 25, 49, 50, 99, 100, 130].map((examples) => evaluationsDue(examples, 100))).toEqual([
      0, 0, 1, 1, 2, 3, 4, 5,
    ]);
  });
});
