import fc from 'fast-check';
import { AdaptiveController, type ControllerState } from '../../src/controller/controller.js';
import { anyOptions } from '../assembly/support.js';
import { deepFreeze, notFinitePaths, throughJson } from '../support/json.js';
import { anyRun, observation } from '../support/observations.js';
import { anyFacts, FACTS, scripted, training } from './support.js';

const ignore = () => undefined;

test('from its state at any step, through JSON, a run goes on as if it had not been broken off', () => {
  fc.assert(
    fc.property(anyOptions, anyFacts, anyRun, fc.nat(60), (options, facts, run, at) => {
      const whole = new AdaptiveController(options).on('error', ignore);
      const resumed = new AdaptiveController(options).on('error', ignore);
      whole.start(facts);
      const before = run.slice(0, at);
      for (const seen of before) whole.observe(seen);
      const state = whole.getState() as ControllerState;
      expect(notFinitePaths(state)).toEqual([]);
      resumed.restore(throughJson(state));
      expect(resumed.progress).toEqual(whole.progress);
      expect(resumed.start(facts)).toEqual(whole.decision);
      for (const seen of run.slice(at)) expect(resumed.observe(seen)).toEqual(whole.observe(seen));
      expect(throughJson(resumed.getState())).toEqual(throughJson(whole.getState()));
    }),
    { numRuns: 150 },
  );
});

test('so does a training that obeys, under the defaults', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(1000), (at, seed) => {
      const whole = new AdaptiveController();
      let resumed: AdaptiveController | undefined;
      const next = training(seed);
      let decision = whole.start(FACTS);
      for (let step = 0; step < 200; step++) {
        if (step === at) {
          resumed = new AdaptiveController();
          resumed.restore(throughJson(whole.getState() as ControllerState));
          resumed.start(FACTS);
        }
        const seen = next(decision);
        decision = whole.observe(seen);
        if (resumed !== undefined) expect(resumed.observe(seen)).toEqual(decision);
      }
      expect(decision.batchSize).toBeGreaterThan(16);
    }),
    { numRuns: 15 },
  );
});

test('the state survives the end, and another start goes on from it', () => {
  const controller = new AdaptiveController({ policy: scripted([64, 32]) });
  controller.start(FACTS);
  controller.observe(observation({ examplesSeen: 48 }));
  const state = controller.getState();
  controller.end();
  expect(controller.getState()).toBe(state);
  expect(controller.progress).toEqual({ step: 1, examplesSeen: 48 });
  expect(controller.start(FACTS)).toMatchObject({ step: 1, batchSize: 64 });
  expect(controller.observe(observation({ step: 2 }))).toMatchObject({ batchSize: 32 });
});

test('a state that was handed out never changes', () => {
  const controller = new AdaptiveController();
  controller.start(FACTS);
  const states = [1, 2, 3, 4, 5].map((step) => {
    controller.observe(observation({ step }));
    return deepFreeze(controller.getState() as ControllerState);
  });
  const texts = states.map((state) => JSON.stringify(state));
  const other = new AdaptiveController();
  for (const state of states) {
    other.restore(state);
    other.start(FACTS);
    other.observe(observation({ step: state.step + 1 }));
  }
  expect(states.map((state) => JSON.stringify(state))).toEqual(texts);
  expect(new Set(texts).size).toBe(5);
});

test('the first start after restore begins with the decision that was in force', () => {
  const first = new AdaptiveController({ policy: scripted([64]) });
  first.start(FACTS);
  first.observe(observation());
  const starts: number[] = [];
  const second = new AdaptiveController({ policy: scripted([64]) });
  second.on('start', (_facts, { batchSize }) => starts.push(batchSize));
  second.restore(throughJson(first.getState() as ControllerState));
  expect(second.decision).toEqual(first.decision);
  expect(second.isRunning).toBe(false);
  second.start(FACTS);
  expect(starts).toEqual([64]);
});

test.each([
  [undefined],
  [null],
  [{}],
  ['text'],
  [{ version: 2, pipeline: {} }],
  [{ version: 1 }],
  [{ version: 1, pipeline: null }],
])('restore rejects %j', (state) => {
  const controller = new AdaptiveController();
  const restore = () => controller.restore(state as unknown as ControllerState);
  expect(restore).toThrow(TypeError);
  expect(restore).toThrow('the state must come from getState() of this version');
  expect(controller.getState()).toBeUndefined();
});
