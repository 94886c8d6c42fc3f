import fc from 'fast-check';
import { describeOptions } from '../../src/assembly/assemble.js';
import type { Decision } from '../../src/core/types.js';
import { fixed } from '../../src/policies/index.js';
import { serve, verify } from '../../src/replay/index.js';
import { formatHeader, formatStep } from '../../src/run-log/format.js';
import { SIMULATED_FACTS, simulatedTraining } from '../support/simulated-training.js';
import { recordsOf, trained } from './support.js';

const FACTS = JSON.stringify({ facts: SIMULATED_FACTS });
const { observations, decisions, lines } = trained();

const parsed = (line: string | undefined): Record<string, unknown> => JSON.parse(line as string);

test('drives a training as the controller would', () => {
  const answer = serve();
  const training = simulatedTraining();
  let decision = parsed(answer(FACTS)) as unknown as Decision;
  expect(decision).toMatchObject({ step: 0, batchSize: 16, learningRate: 0.02, measure: true, reason: 'start' });
  for (const expected of decisions) {
    decision = parsed(answer(JSON.stringify(training(decision)))) as unknown as Decision;
    expect(decision).toEqual(expected);
  }
});

test('takes the lines of a run log, the decisions in them left aside, and several runs', () => {
  const answer = serve();
  for (const _run of [1, 2]) {
    expect(lines.map((line) => parsed(answer(line))).slice(1)).toEqual(decisions);
  }
});

test('options come with the facts, or by default from whoever serves', () => {
  const options = { policy: { name: 'fixed', options: { batchSize: 48 } }, learningRate: 'squareRoot' };
  expect(parsed(serve()(JSON.stringify({ facts: SIMULATED_FACTS, options })))).toMatchObject({
    batchSize: 48,
    learningRateFactor: Math.sqrt(3),
  });
  const answer = serve({ options: { policy: fixed(24) } });
  expect(parsed(answer(FACTS))).toMatchObject({ batchSize: 24 });
  expect(parsed(answer(JSON.stringify({ facts: SIMULATED_FACTS, options })))).toMatchObject({ batchSize: 48 });
  expect(() => serve({ options: { memory: 0 } })).toThrow('memory must be a finite number > 0; got 0');
});

test('a schedule comes with the facts too, by its name or with options', () => {
  const begin = (options: object) => serve()(JSON.stringify({ facts: SIMULATED_FACTS, options }));
  expect(parsed(begin({ schedule: 'cosine' }))).toMatchObject({ learningRateFactor: 1 });
  const answer = serve();
  answer(
    JSON.stringify({
      facts: SIMULATED_FACTS,
      options: { ...{ policy: 'fixed', learningRate: 'none' }, schedule: { name: 'bottou', options: { lambda: 1 } } },
    }),
  );
  expect(parsed(answer(JSON.stringify(observations[0])))).toMatchObject({ learningRateFactor: 1 / 1.02 });
  expect(parsed(begin({ schedule: 'cosin' })).error).toMatch(/^line 1: there is no schedule 'cosin'; there are bottou/);
  expect(parsed(begin({ learningRate: 'adamSquareRoot' })).error).toMatch(/^line 1: .* use squareRoot\(\) instead$/);
});

test('the state can be asked for and gone on from', () => {
  const whole = serve();
  const first = serve();
  const told: unknown[] = [];
  const second = serve({ onRun: (run) => told.push(run) });
  for (const line of [FACTS, ...observations.slice(0, 150).map((seen) => JSON.stringify(seen))]) first(line);
  const { state } = parsed(first('{"get":"state"}'));
  expect(state).toMatchObject({ version: 1, step: 150 });
  second(JSON.stringify({ facts: SIMULATED_FACTS, state }));
  expect(told).toMatchObject([{ state }]);
  whole(FACTS);
  const answers = observations.map((seen) => whole(JSON.stringify(seen)));
  expect(observations.slice(150).map((seen) => second(JSON.stringify(seen)))).toEqual(answers.slice(150));
});

test('what is told of runs and steps makes a log that verifies', async () => {
  const log: string[] = [];
  const answer = serve({
    onRun: (run) => log.push(formatHeader(run)),
    onStep: (observation, decision) => log.push(formatStep(observation, decision)),
  });
  for (const line of [FACTS, ...observations.map((seen) => JSON.stringify(seen))]) answer(line);
  expect(log[0]).toBe(
    formatHeader({ facts: SIMULATED_FACTS, options: describeOptions({}, SIMULATED_FACTS), about: {} }),
  );
  expect(await verify(recordsOf(log))).toMatchObject({ runs: 1, steps: 300, isSame: true });
});

describe('what cannot be used is an answer, and changes nothing', () => {
  const step = (changes: object): string => JSON.stringify({ ...observations[0], ...changes });

  test.each<[string, string]>([
    ['not json', 'line 2: not a JSON object'],
    ['[1]', 'line 2: not a JSON object'],
    [step({ loss: 'low' }), 'line 2: loss must be a number; got "low"'],
    [step({ step: 0 }), 'line 2: step must be a whole number >= 1; got 0'],
    [step({ gradient: { squaredNormOfMean: 1 } }), 'line 2: gradient.'],
    ['{"get":"files"}', 'line 2: get must be "state"'],
    ['{"facts":{"baseBatchSize":1}}', 'line 2: facts.baseLearningRate must be a number; got undefined'],
    [
      JSON.stringify({ facts: SIMULATED_FACTS, options: { memory: 0 } }),
      'line 2: memory must be a finite number > 0; got 0',
    ],
    [JSON.stringify({ facts: SIMULATED_FACTS, options: { policy: 'none' } }), "line 2: there is no policy 'none'"],
    [JSON.stringify({ facts: SIMULATED_FACTS, state: { pipeline: 3 } }), 'line 2: '],
  ])('%s', (line, message) => {
    const answer = serve();
    const undisturbed = serve();
    expect(answer(FACTS)).toBe(undisturbed(FACTS));
    expect(parsed(answer(line)).error).toMatch(message);
    const first = JSON.stringify(observations[0]);
    expect(answer(first)).toBe(undisturbed(first));
  });

  test('a step before the facts, a step twice, a state of no run', () => {
    const answer = serve();
    const first = JSON.stringify(observations[0]);
    expect(parsed(answer(first)).error).toBe('line 1: a step before the line with the facts of the run');
    expect(parsed(answer('{"get":"state"}')).error).toBe('line 2: there is no run whose state could be told');
    answer(FACTS);
    answer(first);
    expect(parsed(answer(first)).error).toBe('line 5: step must be above 1, the step before; got 1');
    expect(parsed(answer(JSON.stringify({ ...observations[1], examplesSeen: 1 }))).error).toBe(
      'line 6: examplesSeen must not fall below 16; got 1',
    );
  });

  test('blank lines have no answer', () => {
    expect(['', '  ', '\r'].map(serve())).toEqual([undefined, undefined, undefined]);
  });

  test('whatever comes in, one line of JSON goes out', () => {
    const answer = serve();
    const anyLine = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom(FACTS, ...lines.slice(0, 9)),
      fc.record({ at: fc.nat(300), put: fc.string() }).map(({ at, put }) => {
        const line = lines[3] as string;
        return line.slice(0, at) + put + line.slice(at + put.length);
      }),
    );
    fc.assert(
      fc.property(anyLine, (line) => {
        const out = answer(line);
        if (line.trim() === '') return expect(out).toBeUndefined();
        expect(out).not.toContain('\n');
        expect(Object.keys(parsed(out))).toEqual(
          expect.arrayContaining([expect.stringMatching(/^(error|state|step)$/)]),
        );
      }),
      { numRuns: 3000 },
    );
  });
});
