import { figuresOf, sharesOf } from '../../../bench/time-to-target/figures.js';
import { outcome } from '../policies/outcomes.js';
import { engineResult } from './results.js';

describe("the table's figures", () => {
  it('are the medians over the seeds, of the default, by engine and task', () => {
    const outcomes = [
      outcome(60, { metric: 89, measureMs: 3, decideMs: 0.6 }),
      outcome(100, { metric: 92, measureMs: 1, decideMs: 2 }),
      outcome(160, { metric: 90.5, measureMs: 3.2, decideMs: 1.6 }),
    ];
    // Base 100, 200, 400; best fixed pair 50, 100, 100.
    expect(figuresOf([engineResult({ contenders: [{ name: 'default', outcomes }] })])).toEqual({
      nativeEasyTimeRatioToBase: 0.5,
      nativeEasyTimeRatioToBestFixed: 1.2,
      nativeEasyMetricDifference: 0.5,
      nativeEasyMeasuringShare: 0.02,
      nativeEasyDecidingShare: 0.01,
    });
  });

  it('tell engines apart, and take of each task and engine the first result with the default in it', () => {
    const way = (ms: number, name = 'default') => ({
      contenders: [{ name, outcomes: [outcome(ms), outcome(2 * ms), outcome(4 * ms)] }],
    });
    const results = [
      engineResult(way(70, 'goodput')),
      engineResult(way(50)),
      engineResult(way(25)),
      engineResult(way(10), { engine: 'wasm' }),
    ];
    const figures = figuresOf(results);
    expect([figures.nativeEasyTimeRatioToBase, figures.wasmEasyTimeRatioToBase]).toEqual([0.5, 0.1]);
  });

  it('count what took no time as none', () => {
    expect(sharesOf([outcome(100), outcome(200, { measureMs: 4 })], 'measureMs')).toEqual([0, 0.02]);
  });
});
