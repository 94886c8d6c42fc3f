import { assemble, describeOptions } from '../../src/assembly/assemble.js';
import { adamSquareRoot } from '../../src/learning-rates/index.js';
import { REPLAY_NOTE, verify } from '../../src/replay/index.js';
import { formatHeader, formatStep } from '../../src/run-log/format.js';
import { cosine } from '../../src/schedules/index.js';
import { throughJson } from '../support/json.js';
import { asking } from '../support/policies.js';
import { SIMULATED_FACTS, simulatedTraining } from '../support/simulated-training.js';
import { recordsOf, trained } from './support.js';

const { lines } = trained();

/** The log with one step's decision changed. */
const changed = (step: number, from: string | RegExp, to: string): string[] =>
  lines.map((line, i) => (i === step ? line.replace(from, to) : line));

test('a run’s own policy gives its own decisions, several runs in one log', async () => {
  expect(await verify(recordsOf([...lines, ...lines]))).toEqual({
    runs: 2,
    steps: 600,
    isSame: true,
    note: REPLAY_NOTE,
  });
  expect(REPLAY_NOTE).toMatch(/decisions .* not the loss/);
});

test('a log without steps or runs is the same', async () => {
  expect(await verify([])).toMatchObject({ runs: 0, steps: 0, isSame: true });
  expect(await verify(recordsOf(lines.slice(0, 1)))).toMatchObject({ runs: 1, steps: 0, isSame: true });
});

test('the first difference is told field by field, and ends it', async () => {
  const edited = changed(200, /"batchSize":\d+(?=[^}]*"reason")(?!.*"stepMs")/, '"batchSize":7').map((line, i) =>
    i === 200 ? line.replace(/"reason":"[^"]*"/, '"reason":"edited"') : line,
  );
  const { isSame, steps, difference } = await verify(recordsOf(edited));
  expect({ isSame, steps }).toEqual({ isSame: false, steps: 200 });
  expect(difference).toEqual({
    place: 'run.jsonl:201',
    step: 200,
    fields: [
      { path: 'decision.batchSize', logged: 7, replayed: expect.any(Number) },
      { path: 'decision.reason', logged: 'edited', replayed: expect.any(String) },
    ],
  });
});

test('the last bit of a rate counts', async () => {
  const line = lines.findIndex((text) => /"learningRateFactor":\d\.\d{12,}/.test(text));
  const factor = /"learningRateFactor":(\d\.\d+)/.exec(lines[line] as string)?.[1] as string;
  const next = Number(factor) + Number.EPSILON * 2;
  const { difference } = await verify(recordsOf(changed(line, factor, String(next))));
  expect(difference?.fields).toEqual([{ path: 'decision.learningRateFactor', logged: next, replayed: Number(factor) }]);
});

test('what a later version adds to a decision does not count', async () => {
  expect(await verify(recordsOf(changed(5, '"measure"', '"heat":2,"measure"')))).toMatchObject({ isSame: true });
});

test('a changed observation shows in a decision', async () => {
  const { isSame } = await verify(recordsOf(changed(3, /"squaredDeviations":[\d.]+/, '"squaredDeviations":1e9')));
  expect(isSame).toBe(false);
});

test('a policy of one’s own is passed, for the header can only name it', async () => {
  const own = trained({ policy: asking(64) });
  await expect(verify(recordsOf(own.lines))).rejects.toThrow(
    "run.jsonl:1: this run cannot be replayed: there is no policy 'asking'",
  );
  expect(await verify(recordsOf(own.lines), { policy: asking(64) })).toMatchObject({ isSame: true, steps: 300 });
});

test('a run with a schedule gives its own decisions, and one of one’s own is passed', async () => {
  const scheduled = trained({ schedule: cosine({ examples: 9000 }) });
  expect(scheduled.decisions).not.toEqual(trained().decisions);
  expect(await verify(recordsOf(scheduled.lines))).toMatchObject({ isSame: true, steps: 300 });
  const schedule = { name: 'halving', factor: ({ examples }: { examples: number }) => (examples < 1000 ? 1 : 0.5) };
  const own = trained({ schedule });
  await expect(verify(recordsOf(own.lines))).rejects.toThrow("there is no schedule 'halving'");
  expect(await verify(recordsOf(own.lines), { schedule })).toMatchObject({ isSame: true, steps: 300 });
});

test('a run with a rule for Adam gives its own decisions', async () => {
  const facts = {
    ...SIMULATED_FACTS,
    optimizer: 'adaptive',
    adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  } as const;
  const options = { learningRate: adamSquareRoot() };
  const pipeline = assemble(options, facts);
  const training = simulatedTraining();
  let state = pipeline.start();
  const steps = Array.from({ length: 60 }, () => {
    const seen = training(state.decision);
    ({ state } = pipeline.advance(state, seen));
    return formatStep(seen, state.decision);
  });
  const header = formatHeader({ facts, options: describeOptions(options, facts), about: {} });
  expect(await verify(recordsOf([header, ...steps]))).toMatchObject({ isSame: true, steps: 60 });
});

test('a run without decisions cannot be verified', async () => {
  const { decision: _none, ...observation } = throughJson(JSON.parse(lines[1] as string)) as Record<string, unknown>;
  const imported = [formatHeader({ facts: SIMULATED_FACTS, options: {}, about: {} }), JSON.stringify(observation)];
  await expect(verify(recordsOf(imported))).rejects.toThrow('run.jsonl:2: decision must be an object; got undefined');
});
