import { textOf, titleOf } from '../../../bench/time-to-target/text.js';
import { outcome } from '../policies/outcomes.js';
import { engineResult } from './results.js';

describe('a task of the table, in Markdown', () => {
  it('is headed by the task, the engine and the device', () => {
    expect(titleOf(engineResult())).toBe('easy, native TensorFlow');
    expect(titleOf(engineResult({}, { engine: 'webgpu', device: 'A Card' }))).toBe('easy, WebGPU, A Card');
  });

  it('says what measuring and deciding took of the default, and nothing where it did not run', () => {
    const outcomes = [1, 2, 3].map((i) => outcome(100 * i, { measureMs: i * i, decideMs: i / 2 }));
    expect(textOf(engineResult({ contenders: [{ name: 'default', outcomes }] }))).toMatch(
      /\n\nOf the default's time measuring took 2\.00 % and deciding 0\.50 % \(medians\)\.$/,
    );
    expect(textOf(engineResult({ contenders: [{ name: 'cabs', outcomes }] }))).not.toContain('measuring took');
  });
});
