import { jest } from '@jest/globals';
import fc from 'fast-check';
import { config } from 'rxjs';
import { assemble } from '../../src/assembly/assemble.js';
import type { DecisionOptions } from '../../src/assembly/options.js';
import {
  AdaptiveController,
  type Change,
  type ControllerEvents,
  type ControllerOptions,
} from '../../src/controller/controller.js';
import type { Decision, Estimates, StepObservation } from '../../src/core/types.js';
import { none, squareRoot } from '../../src/learning-rates/index.js';
import { anyOptions } from '../assembly/support.js';
import { anyRun, observation } from '../support/observations.js';
import { anyFacts, decisionsOf, FACTS, scripted, training } from './support.js';

/** What the streams of a controller showed, and how often each of the four completed or failed. */
function watch(controller: AdaptiveController) {
  const seen = {
    observations: [] as StepObservation[],
    estimates: [] as Estimates[],
    decisions: [] as Decision[],
    changes: [] as Change[],
    completed: 0,
    failed: 0,
  };
  const rest = { complete: () => seen.completed++, error: () => seen.failed++ };
  controller.observations$.subscribe({ next: (value) => seen.observations.push(value), ...rest });
  controller.estimates$.subscribe({ next: (value) => seen.estimates.push(value), ...rest });
  controller.decisions$.subscribe({ next: (value) => seen.decisions.push(value), ...rest });
  controller.changes$.subscribe({ next: (value) => seen.changes.push(value), ...rest });
  return seen;
}

/** All events of a controller, in order, with what their listeners got. */
function listen(controller: AdaptiveController): [keyof ControllerEvents, ...unknown[]][] {
  const events: [keyof ControllerEvents, ...unknown[]][] = [];
  for (const name of ['start', 'decision', 'change', 'anomaly', 'warning', 'error', 'end'] as const) {
    controller.on(name, (...values: unknown[]) => events.push([name, ...values]));
  }
  return events;
}

const started = (options: ControllerOptions = {}): AdaptiveController => {
  const controller = new AdaptiveController(options);
  controller.start(FACTS);
  return controller;
};

describe('a training', () => {
  test('starts with the first decision, and is not under way before or after', () => {
    const controller = new AdaptiveController();
    expect(controller).toMatchObject({ isRunning: false, decision: undefined, progress: { step: 0, examplesSeen: 0 } });
    expect(controller.getState()).toBeUndefined();
    expect(controller.drawSize).toBeUndefined();
    const first = controller.start(FACTS);
    expect(first).toEqual(assemble({}, FACTS).start().decision);
    expect(controller).toMatchObject({ isRunning: true, decision: first });
    controller.end();
    expect(controller).toMatchObject({ isRunning: false, decision: first });
  });

  test('decides as the pipeline of its options, whatever comes', () => {
    fc.assert(
      fc.property(anyOptions, anyFacts, anyRun, (options, facts, run) => {
        const controller = new AdaptiveController(options).on('error', () => undefined);
        expect(controller.start(facts)).toEqual(assemble(options, facts).start().decision);
        const decisions = run.map((seen) => controller.observe(seen));
        expect(decisions).toEqual(decisionsOf(assemble(options, facts), run));
        const last = run.at(-1);
        expect(controller.decision).toEqual(decisions.at(-1) ?? assemble(options, facts).start().decision);
        expect(controller.progress).toEqual({ step: last?.step ?? 0, examplesSeen: last?.examplesSeen ?? 0 });
      }),
      { numRuns: 60 },
    );
  });

  test.each<[string, (controller: AdaptiveController) => unknown]>([
    ['observe', (controller) => controller.observe(observation())],
    ['learningRateAt', (controller) => controller.learningRateAt(16, 0.1)],
    ['drawTarget', (controller) => controller.drawTarget(observation())],
  ])('%s before start, or after the end, throws', (_name, use) => {
    const controller = new AdaptiveController();
    expect(() => use(controller)).toThrow('call start() before the first observation');
    controller.start(FACTS);
    expect(() => use(controller)).not.toThrow();
    controller.end();
    expect(() => use(controller)).toThrow('call start() before the first observation');
  });

  test('a second start ends the first training and goes on with its state', () => {
    const controller = new AdaptiveController({ policy: scripted([64, 48]) });
    const events = listen(controller);
    controller.start(FACTS);
    const seen = watch(controller);
    controller.observe(observation());
    expect(controller.start(FACTS)).toMatchObject({ batchSize: 64, step: 1 });
    expect(seen).toMatchObject({ completed: 4, failed: 0 });
    expect(controller.observe(observation({ step: 2 }))).toMatchObject({ batchSize: 48, step: 2 });
    expect(seen.decisions).toHaveLength(1);
    expect(events.map(([name]) => name)).toEqual(['start', 'decision', 'change', 'end', 'start', 'decision', 'change']);
  });

  test('ending twice, or without a start, says nothing', () => {
    const controller = new AdaptiveController();
    const events = listen(controller);
    controller.end();
    controller.start(FACTS);
    controller.end();
    controller.end();
    expect(events.map(([name]) => name)).toEqual(['start', 'end']);
  });

  test('bad facts or a policy that cannot start leave it not running, and as it was', () => {
    const controller = new AdaptiveController();
    expect(() => controller.start({ ...FACTS, baseBatchSize: 0 })).toThrow('baseBatchSize must be');
    expect(controller.isRunning).toBe(false);
    const never = {
      ...scripted([]),
      start: () => {
        throw new Error('not today');
      },
    };
    for (const options of [
      { policy: never },
      { policy: { ...scripted([]), start: () => Infinity } },
      { learningRate: { name: 'none', factor: () => Number.NaN } },
    ]) {
      const lines: string[] = [];
      const broken = new AdaptiveController({ ...options, log: { write: (line) => lines.push(line) } });
      const events = listen(broken);
      expect(() => broken.start({ baseBatchSize: 16, baseLearningRate: 0.1 })).toThrow();
      expect(broken).toMatchObject({ isRunning: false, decision: undefined });
      expect(() => broken.observe(observation())).toThrow('call start()');
      expect([events, lines]).toEqual([[], []]);
    }
  });

  test('options are checked when it is made', () => {
    expect(() => new AdaptiveController({ ladder: 1 })).toThrow(RangeError);
  });
});

describe('the streams', () => {
  test('show every observation, its estimates, its decision and the changes, and complete at the end', () => {
    const controller = started();
    const seen = watch(controller);
    const next = training();
    const run: StepObservation[] = [];
    const decisions: Decision[] = [];
    let decision = controller.decision as Decision;
    for (let step = 0; step < 120; step++) {
      run.push(next(decision));
      decision = controller.observe(run.at(-1) as StepObservation);
      decisions.push(decision);
    }
    expect(seen).toMatchObject({ observations: run, decisions, completed: 0, failed: 0 });
    expect(seen.estimates).toHaveLength(120);
    expect(seen.estimates.at(-1)).toEqual(controller.getState()?.pipeline.estimates);
    expect(seen.estimates.at(-1)).toMatchObject({ noise: { measurements: expect.any(Number) } });
    expect(seen.changes.length).toBeGreaterThan(1);
    controller.end();
    expect(seen).toMatchObject({ completed: 4, failed: 0 });
    expect(seen.decisions).toHaveLength(120);
  });

  test('are new ones for the next training', () => {
    const controller = started();
    const first = watch(controller);
    controller.observe(observation());
    controller.end();
    const second = watch(controller);
    controller.start(FACTS);
    controller.observe(observation({ step: 2 }));
    expect(first.observations.map(({ step }) => step)).toEqual([1]);
    expect(second.observations.map(({ step }) => step)).toEqual([2]);
    expect(second.completed).toBe(0);
    controller.end();
    expect([first.completed, second.completed, first.failed, second.failed]).toEqual([4, 4, 0, 0]);
  });

  test('never fail: not on what is not finite, not on a policy that throws, not in strict mode', () => {
    for (const strict of [false, true]) {
      const controller = started({ policy: scripted([null, 32]), strict }).on('error', () => undefined);
      const seen = watch(controller);
      controller.observe(observation({ loss: Number.NaN }));
      if (strict) expect(() => controller.observe(observation({ step: 2 }))).toThrow('no size 0');
      else controller.observe(observation({ step: 2 }));
      expect(seen).toMatchObject({ failed: 0, completed: 0 });
      expect(seen.decisions.map(({ reason }) => reason)).toEqual(['loss is not finite: held', 'held: no size 0']);
      controller.end();
      expect(seen).toMatchObject({ failed: 0, completed: 4 });
    }
  });

  test('a training that a subscriber ends shows nothing of itself to the next', () => {
    const controller = started({ policy: scripted([64, 32]) });
    const later: ReturnType<typeof watch>[] = [];
    controller.on('end', () => later.push(watch(controller)));
    const ended = watch(controller);
    controller.observations$.subscribe(() => controller.end());
    expect(controller.observe(observation())).toMatchObject({ batchSize: 64 });
    expect(ended).toMatchObject({ completed: 4, observations: [{ step: 1 }], changes: [] });
    expect(later).toMatchObject([{ observations: [], estimates: [], decisions: [], changes: [], completed: 0 }]);
    expect(controller.isRunning).toBe(false);
  });

  test('a subscriber that throws is reported by rxjs and disturbs neither the training nor the others', async () => {
    const unhandled = jest.fn();
    config.onUnhandledError = unhandled;
    try {
      const controller = started({ policy: scripted([64]) });
      controller.observations$.subscribe(() => {
        throw new Error('mine');
      });
      const seen = watch(controller);
      expect(controller.observe(observation())).toMatchObject({ batchSize: 64 });
      expect(seen.observations).toHaveLength(1);
      expect(seen.changes).toHaveLength(1);
      await new Promise((resolve) => setTimeout(resolve));
      expect(unhandled).toHaveBeenCalledWith(new Error('mine'));
    } finally {
      config.onUnhandledError = null;
    }
  });
});

describe('the events', () => {
  test('come in order, each with what belongs to it', () => {
    const controller = new AdaptiveController({ policy: scripted([64, null]), learningRate: squareRoot() });
    const events = listen(controller);
    const first = controller.start(FACTS);
    const one = observation({ baseLearningRate: 0.1 });
    const second = controller.observe(one);
    const two = observation({ step: 2, batchSize: 64, loss: Infinity });
    const third = controller.observe(two);
    const three = observation({ step: 3, batchSize: 64 });
    const fourth = controller.observe(three);
    controller.warn('careful');
    controller.end();
    expect(second).toMatchObject({ batchSize: 64, learningRate: 0.2 });
    expect(events).toEqual([
      ['start', FACTS, first],
      ['decision', second, one],
      [
        'change',
        {
          step: 1,
          from: { batchSize: 16, learningRate: 0.1 },
          to: { batchSize: 64, learningRate: 0.2 },
          reason: 'script 0',
        },
      ],
      ['decision', third, two],
      ['anomaly', { step: 2, what: 'loss', observation: two }],
      ['decision', fourth, three],
      ['error', new Error('no size 1')],
      ['warning', 'careful'],
      ['end'],
    ]);
  });

  test.each(['baseLearningRate', 'loss'] as const)(
    'a %s that is not finite is an anomaly, and the decision is held',
    (what) => {
      const controller = started({ policy: scripted([64, 32]) });
      const events = listen(controller);
      const decision = controller.observe(observation());
      expect(controller.observe(observation({ step: 2, [what]: Number.NaN }))).toEqual({
        ...decision,
        step: 2,
        measure: expect.any(Boolean),
        reason: `${what} is not finite: held`,
      });
      expect(events.at(-1)).toMatchObject(['anomaly', { step: 2, what }]);
    },
  );

  test('changes are the decisions that differ from the one before in size or rate, and no others', () => {
    fc.assert(
      fc.property(anyOptions, anyFacts, anyRun, (options: DecisionOptions, facts, run) => {
        const controller = new AdaptiveController(options).on('error', () => undefined);
        let before = controller.start(facts);
        const seen = watch(controller);
        const told: Change[] = [];
        controller.on('change', (change) => told.push(change));
        const expected: Change[] = [];
        for (const step of run) {
          const after = controller.observe(step);
          if (after.batchSize !== before.batchSize || after.learningRate !== before.learningRate) {
            const [from, to] = [before, after].map(({ batchSize, learningRate }) => ({ batchSize, learningRate }));
            expected.push({ step: step.step, from, to, reason: after.reason } as Change);
          }
          before = after;
        }
        expect(told).toEqual(expected);
        expect(seen.changes).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('stay attached from one training to the next', () => {
    const controller = new AdaptiveController();
    const events = listen(controller);
    for (const _run of [1, 2]) {
      controller.start(FACTS);
      controller.end();
    }
    expect(events.map(([name]) => name)).toEqual(['start', 'end', 'start', 'end']);
  });
});

describe('the rate for a batch', () => {
  test('is the decision’s at the size decided, the rule’s at another, on top of the user’s own', () => {
    const controller = started({ policy: scripted([64]), learningRate: squareRoot() });
    controller.observe(observation());
    expect(controller.learningRateAt(64, 0.1)).toBeCloseTo(0.2, 12);
    expect(controller.learningRateAt(64, 0.3)).toBeCloseTo(0.6, 12);
    expect(controller.learningRateAt(4, 0.1)).toBeCloseTo(0.05, 12);
    expect(controller.learningRateAt(16, 0.1)).toBe(0.1);
  });

  test('keeps within the bounds, which leave the user’s own rate alone', () => {
    const options = { policy: scripted([64]), minLearningRate: 0.09, maxLearningRate: 0.15 };
    const controller = started({ ...options, learningRate: squareRoot() });
    controller.observe(observation());
    expect([64, 16, 4].map((size) => controller.learningRateAt(size, 0.1))).toEqual([0.15, 0.1, 0.09]);
    const own = started({ ...options, learningRate: none() });
    expect([0, 0.01, 3].map((rate) => own.learningRateAt(999, rate))).toEqual([0, 0.01, 3]);
  });

  test('is the decision’s where the rule throws, which is told', () => {
    const learningRate = { name: 'halfway', factor: (size: number) => (size === 16 ? 1 : Number.NaN) };
    const controller = started({ learningRate });
    const events = listen(controller);
    expect(controller.learningRateAt(8, 0.3)).toBe(0.1);
    expect(events).toMatchObject([['error', expect.any(RangeError)]]);
    const strict = started({ learningRate, strict: true });
    expect(() => strict.learningRateAt(8, 0.3)).toThrow('factor must be a finite number > 0; got NaN');
  });
});
