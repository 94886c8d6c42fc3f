import { jest } from '@jest/globals';
import { AdaptiveController } from '../../src/controller/controller.js';
import { decide } from '../../src/controller/decide.js';
import { gradientStatistics, observation } from '../support/observations.js';
import { FACTS, scripted } from './support.js';

const silent = () => undefined;
let warned: jest.SpiedFunction<typeof console.warn>;
let shouted: jest.SpiedFunction<typeof console.error>;
beforeEach(() => {
  warned = jest.spyOn(console, 'warn').mockImplementation(silent);
  shouted = jest.spyOn(console, 'error').mockImplementation(silent);
});
afterEach(() => {
  warned.mockRestore();
  shouted.mockRestore();
});

const boom = () => {
  throw new Error('boom');
};

describe('a policy that throws', () => {
  test('holds the decision before it, and goes on', () => {
    const controller = new AdaptiveController({ policy: scripted([64, null, 9]) });
    const errors: Error[] = [];
    controller.on('error', (error) => errors.push(error));
    controller.start(FACTS);
    const decisions = [1, 2].map((step) => controller.observe(observation({ step })));
    expect(decisions[1]).toMatchObject({ step: 2, batchSize: 64, reason: 'held: no size 1' });
    expect(errors).toEqual([new Error('no size 1')]);
    expect(warned).not.toHaveBeenCalled();
  });

  test.each<[string, unknown, string]>([
    ['no number', 'large', 'got large'],
    ['NaN', Number.NaN, 'got NaN'],
    ['Infinity, with nothing to bound it', Infinity, 'got Infinity'],
  ])('or asks for %s, likewise', (_name, size, message) => {
    const controller = new AdaptiveController({ policy: scripted([64, size as number]) });
    const errors: Error[] = [];
    controller.on('error', (error) => errors.push(error));
    controller.start({ baseBatchSize: 16, baseLearningRate: 0.1 });
    const [, held] = [1, 2].map((step) => controller.observe(observation({ step })));
    expect(held).toMatchObject({ batchSize: 64, reason: expect.stringContaining(message) });
    expect(errors).toEqual([expect.any(RangeError)]);
    expect(errors[0]?.message).toContain("policy 'scripted': batchSize must be");
  });

  test('asks for Infinity where the size is bounded and gets the greatest', () => {
    const controller = new AdaptiveController({ policy: scripted([Infinity]), maxBatchSize: 500 });
    controller.start(FACTS);
    expect(controller.observe(observation())).toMatchObject({ batchSize: 500 });
  });

  test('throws in strict mode', () => {
    const controller = new AdaptiveController({ policy: scripted([null, 32]), strict: true });
    controller.start(FACTS);
    expect(() => controller.observe(observation())).toThrow('no size 0');
    expect(controller.isRunning).toBe(true);
    const rule = { name: 'late', factor: (size: number) => (size === 16 ? 1 : -1) };
    const other = new AdaptiveController({ policy: scripted([32]), learningRate: rule, strict: true });
    other.start(FACTS);
    expect(() => other.observe(observation())).toThrow("learning-rate rule 'late': factor must be");
  });

  test('is a warning where nobody listens to errors, and the console’s where nobody listens at all', () => {
    const controller = new AdaptiveController({ policy: scripted([null, null]) });
    controller.start(FACTS);
    controller.observe(observation());
    expect(warned.mock.calls).toEqual([['tfjs-adaptive-batch: no size 0']]);
    const warnings: string[] = [];
    const other = new AdaptiveController({ policy: scripted([null]) }).on('warning', (text) => warnings.push(text));
    other.start(FACTS);
    other.observe(observation());
    expect(warnings).toEqual(['no size 0']);
    expect(warned).toHaveBeenCalledTimes(1);
  });
});

describe('a listener that throws', () => {
  test.each(['start', 'decision', 'change', 'anomaly', 'end', 'warning'] as const)('to %s is reported', (name) => {
    const controller = new AdaptiveController({ policy: scripted([64, 32]) });
    const errors: Error[] = [];
    controller
      .on('error', (error) => errors.push(error))
      .on(name, boom)
      .on('warning', silent);
    const told = jest.fn();
    controller.on('decision', told);
    controller.start(FACTS);
    expect(controller.observe(observation())).toMatchObject({ batchSize: 64 });
    expect(controller.observe(observation({ step: 2, loss: Number.NaN }))).toMatchObject({ batchSize: 64 });
    controller.warn('careful');
    controller.end();
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) expect(error).toEqual(new Error('boom'));
    expect(controller.isRunning).toBe(false);
    if (name !== 'decision') expect(told).toHaveBeenCalledTimes(2);
    expect([warned, shouted].map(({ mock }) => mock.calls)).toEqual([[], []]);
  });

  test('goes to the console where nobody listens to errors, or where that listener throws', () => {
    const controller = new AdaptiveController().on('start', boom);
    controller.start(FACTS);
    expect(shouted.mock.calls).toEqual([[new Error('boom')]]);
    const other = new AdaptiveController({ policy: scripted([null]) }).on('error', boom);
    other.start(FACTS);
    expect(() => other.observe(observation())).not.toThrow();
    expect(shouted).toHaveBeenCalledTimes(2);
  });

  test('does not make strict mode throw: it is not the policy’s fault', () => {
    const controller = new AdaptiveController({ strict: true }).on('decision', boom).on('error', silent);
    controller.start(FACTS);
    expect(() => controller.observe(observation())).not.toThrow();
  });
});

describe('a warning', () => {
  test('is told once a message', () => {
    const controller = new AdaptiveController();
    const warnings: string[] = [];
    controller.on('warning', (message) => warnings.push(message));
    for (const message of ['one', 'two', 'one', 'one', 'two']) controller.warn(message);
    expect(warnings).toEqual(['one', 'two']);
    expect(warned).not.toHaveBeenCalled();
  });

  test('goes to the console where nobody listens, once too', () => {
    const controller = new AdaptiveController();
    for (const message of ['one', 'one', 'two']) controller.warn(message);
    expect(warned.mock.calls).toEqual([['tfjs-adaptive-batch: one'], ['tfjs-adaptive-batch: two']]);
  });
});

test('a misspelt option is refused by name', () => {
  expect(() => new AdaptiveController({ maxBatchsize: 9 } as never)).toThrow(
    "AdaptiveController has no option 'maxBatchsize'",
  );
  expect(() => decide({ maxBatchsize: 9 } as never, FACTS)).toThrow("decide has no option 'maxBatchsize'");
});

test('statistics of a single micro-batch are dropped, and said to be', () => {
  const controller = new AdaptiveController();
  const anomalies: string[] = [];
  controller.on('anomaly', ({ what }) => anomalies.push(what));
  controller.start(FACTS);
  const decision = controller.observe(observation({ gradient: gradientStatistics({ degreesOfFreedom: 0 }) }));
  expect(anomalies).toEqual(['degreesOfFreedom']);
  expect(decision.reason).toBe('statistics of one micro-batch: held');
  expect(JSON.stringify(controller.getState()?.pipeline.noise)).not.toContain('null');
});
