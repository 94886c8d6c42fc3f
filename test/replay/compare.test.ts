import { fixed, gaussianWalk } from '../../src/policies/index.js';
import { type Comparison, compare, LOGGED, type Outcome, REPLAY_NOTE, replay } from '../../src/replay/index.js';
import { formatHeader } from '../../src/run-log/format.js';
import { plainObservation } from '../support/observations.js';
import { SIMULATED_FACTS } from '../support/simulated-training.js';
import { recordsOf, trained } from './support.js';

const { observations, decisions, lines } = trained({ measure: { budget: 0.2 } }, 400);

const outcomeOf = (comparison: Comparison, name: string): Outcome =>
  comparison.runs[0]?.outcomes.find((outcome) => outcome.name === name) as Outcome;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

test('the run itself comes first, as it was, then the policies in their order', async () => {
  const comparison = await compare(recordsOf(lines), {
    walk: { measure: { budget: 0.2 } },
    still: { policy: fixed(64) },
  });
  expect(comparison.note).toBe(REPLAY_NOTE);
  expect(comparison.runs.map(({ place, steps }) => [place, steps])).toEqual([['run.jsonl:1', 400]]);
  expect(comparison.runs[0]?.outcomes.map(({ name }) => name)).toEqual([LOGGED, 'walk', 'still']);
  const logged = outcomeOf(comparison, LOGGED);
  const sizes = observations.map(({ batchSize }) => batchSize);
  expect(logged.batchSize).toEqual({
    least: Math.min(...sizes),
    greatest: Math.max(...sizes),
    mean: sum(sizes) / 400,
    last: sizes.at(-1),
  });
  expect(logged.examples).toBe(observations.at(-1)?.examplesSeen);
  const asked = [observations[0]?.batchSize, ...decisions.map(({ batchSize }) => batchSize)];
  expect(logged.changeCount).toBe(asked.filter((size, i) => i > 0 && size !== asked[i - 1]).length);
  expect(
    logged.changes.every(
      ({ step, to, reason }) => decisions[step - 1]?.batchSize === to && decisions[step - 1]?.reason === reason,
    ),
  ).toBe(true);
});

test('a policy’s outcome is that of its replay', async () => {
  const policies = { walk: { policy: gaussianWalk(), maxBatchSize: 200 } };
  const walk = outcomeOf(await compare(recordsOf(lines), policies, { mostDecisions: 1000 }), 'walk');
  const replayed = replay(observations, { facts: SIMULATED_FACTS, ...policies.walk });
  expect(walk.decisions).toEqual(replayed);
  // In force during a step is what was decided before it.
  const force = [16, ...replayed.slice(0, -1).map(({ batchSize }) => batchSize)];
  expect(walk.examples).toBe(sum(force));
  expect(walk.batchSize).toMatchObject({ least: Math.min(...force), greatest: Math.max(...force), last: force.at(-1) });
  expect(walk.changeCount).toBe(
    replayed.filter(({ batchSize }, i) => batchSize !== [16, ...replayed.map((d) => d.batchSize)][i]).length,
  );
  expect(walk.options).toMatchObject({ maxBatchSize: 200, policy: { name: 'gaussianWalk' } });
});

test('the time is that of the model fitted to the record: 4 + 0.05 m ms a step in this simulation, and 3 for a measured one', async () => {
  const comparison = await compare(recordsOf(lines), { small: { policy: fixed(16) }, large: { policy: fixed(256) } });
  for (const [name, size] of [
    ['small', 16],
    ['large', 256],
  ] as const) {
    const { estimatedMs = 0, estimatedMsPerExample = 0, examples } = outcomeOf(comparison, name);
    // Times are drawn up to a tenth longer.
    expect(estimatedMs / 400).toBeGreaterThan(0.9 * (4 + 0.05 * size));
    expect(estimatedMs / 400).toBeLessThan(1.25 * (4 + 0.05 * size) + 1);
    expect(estimatedMsPerExample).toBeCloseTo(estimatedMs / examples, 12);
  }
});

test('decisions are thinned on request, changes are told with their reasons', async () => {
  const few = outcomeOf(await compare(recordsOf(lines), { walk: {} }, { mostDecisions: 10 }), 'walk');
  expect(few.decisions.length).toBeLessThanOrEqual(11);
  expect(few.decisions[0]?.step).toBe(1);
  expect(few.decisions.at(-1)?.step).toBe(400);
  const none = outcomeOf(await compare(recordsOf(lines), { walk: {} }, { mostDecisions: 0 }), 'walk');
  expect(none.decisions).toEqual([]);
});

test('every run of a log by itself', async () => {
  const { runs } = await compare(recordsOf([...lines, ...lines.slice(0, 51)]), { still: { policy: fixed() } });
  expect(runs.map(({ place, steps }) => [place, steps])).toEqual([
    ['run.jsonl:1', 400],
    ['run.jsonl:402', 50],
  ]);
});

test('a run that nobody steered is compared too', async () => {
  const steps = [1, 2, 3].map((step) => plainObservation({ step, batchSize: 16 * step, examplesSeen: 96 * step }));
  const header = formatHeader({ facts: SIMULATED_FACTS, options: {}, about: {} });
  const comparison = await compare(recordsOf([header, ...steps.map((step) => JSON.stringify(step))]), {
    still: { policy: fixed(32) },
  });
  expect(outcomeOf(comparison, LOGGED)).toMatchObject({ examples: 96, changeCount: 2 });
  expect(outcomeOf(comparison, 'still')).toMatchObject({ examples: 96, changeCount: 0 });
  expect(outcomeOf(comparison, 'still')).not.toHaveProperty('estimatedMs');
});

test('what could not be used or was thrown is counted', async () => {
  const broken = lines.map((line, i) => (i === 9 ? line.replace(/"loss":[\d.]+/, '"loss":"NaN"') : line));
  expect(outcomeOf(await compare(recordsOf(broken), { walk: {} }), 'walk').heldCount).toBe(1);
});

test.each<[string, () => Promise<unknown>, string]>([
  ['the name of the run itself', () => compare([], { logged: {} }), "'logged' is the run itself"],
  ['an option out of range', () => compare([], { bad: { memory: 0 } }), 'memory must be a finite number > 0; got 0'],
  ['an unknown option', () => compare([], { bad: { memmory: 1 } as never }), "compare: bad has no option 'memmory'"],
  [
    'a count that is none',
    () => compare([], {}, { mostDecisions: -1 }),
    'mostDecisions must be a whole number >= 0; got -1',
  ],
])('rejects %s', async (_name, run, message) => {
  await expect(run()).rejects.toThrow(RangeError);
  await expect(run()).rejects.toThrow(message);
});
