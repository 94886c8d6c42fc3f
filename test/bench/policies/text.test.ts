import { describeOutcome, sectionTitle, textOf } from '../../../bench/policies/text.js';
import { outcome, taskResult } from './outcomes.js';

describe('the table of a task', () => {
  it('has a row for each way, each kind by its median time', () => {
    const never = { name: 'slow', outcomes: [1, 2, 3].map((ms) => outcome(ms, { end: 'time' })) };
    const quick = { name: 'quick', outcomes: [10, 20, 40].map((ms) => outcome(ms)) };
    const rows = textOf(taskResult({ contenders: [never, quick] })).split('\n');
    expect(rows[0]).toMatch(/^An easy task; to training loss 0\.1\. Base: batch size 16, rate 0\.05, test accuracy 90/);
    expect(rows[0]).toMatch(/Best fixed pair: 64 at 0\.1\. Seeds 1, 2, 3\./);
    expect(rows.slice(4).map((row) => row.split(' | ')[0])).toEqual([
      '| base',
      '| fit(), 64 at 0.1',
      '| quick',
      '| slow',
    ]);
    expect(rows[6]).toBe(
      '| quick | 0.02 | 0.100 (0.100 to 0.100) | 0.200 (0.200 to 0.400) | 10 | 160 | 0.00 (0.00 to 0.00) | - |',
    );
    expect(rows[7]).toMatch(/^\| slow \| missed \| missed \(missed to missed\) .* \| 3 abandoned \|$/);
  });

  it('compares with plain fit() from the same start where that is not the base', () => {
    const plain = [outcome(600), outcome(600), outcome(600)];
    const text = textOf(taskResult({ start: 'untuned', plain }));
    expect(text).toContain('to plain fit() from here');
    expect(text).toContain('The others begin at rate 0.00625.');
    expect(text).toContain('| fit(), 16 at 0.00625 | 0.60 |');
  });

  it('is headed by the task and the start', () => {
    expect(sectionTitle(taskResult())).toBe('easy');
    expect(sectionTitle(taskResult({ start: 'tooLarge' }))).toBe('easy, from a rate far too large');
  });
});

describe('an outcome in a line', () => {
  it('says the cost, or why there is none', () => {
    expect(describeOutcome(outcome(1234))).toBe('target: 1.23 s, 10 updates, 160 examples, test 90.00 %');
    const message = 'surge: needs Adam';
    expect(describeOutcome(outcome(0, { end: 'refused', message }))).toBe('refused: surge: needs Adam');
  });
});
