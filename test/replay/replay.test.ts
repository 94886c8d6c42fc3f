import { from, lastValueFrom, Subject, toArray } from 'rxjs';
import { fixed, gaussianWalk } from '../../src/policies/index.js';
import { decisionBytes, decisionLines, replay } from '../../src/replay/index.js';
import type { RunLogHeader } from '../../src/run-log/format.js';
import { formatDecision } from '../../src/run-log/format-decision.js';
import { cosine } from '../../src/schedules/index.js';
import { SIMULATED_FACTS } from '../support/simulated-training.js';
import { recordsOf, trained } from './support.js';

const { observations, decisions, lines } = trained();
const OPTIONS = { facts: SIMULATED_FACTS };

async function* slowly<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  for (const item of items) yield item;
}

describe('replay gives the decisions of the run', () => {
  test('from an array, at once', () => {
    expect(replay(observations, OPTIONS)).toEqual(decisions);
  });

  test('from an iterable, as it is read', () => {
    const iterator = replay(new Set(observations), OPTIONS);
    expect(iterator.next()).toEqual({ done: false, value: decisions[0] });
    expect([...iterator]).toEqual(decisions.slice(1));
  });

  test('from an async iterable', async () => {
    const replayed = [];
    for await (const decision of replay(slowly(observations), OPTIONS)) replayed.push(decision);
    expect(replayed).toEqual(decisions);
  });

  test('from an Observable, each subscription from the start', async () => {
    const decisions$ = replay(from(observations), OPTIONS);
    for (const _time of [1, 2]) expect(await lastValueFrom(decisions$.pipe(toArray()))).toEqual(decisions);
    const broken = new Subject<never>();
    const failed = lastValueFrom(replay(broken, OPTIONS));
    broken.error(new Error('lost'));
    await expect(failed).rejects.toThrow('lost');
  });

  test('by a header, and by options in its place', () => {
    const header = JSON.parse(lines[0] as string) as RunLogHeader;
    expect(replay(observations, { header })).toEqual(decisions);
    const still = replay(observations, { header, policy: fixed(48) });
    expect(new Set(still.map(({ batchSize }) => batchSize))).toEqual(new Set([48]));
    expect(replay(observations, { ...OPTIONS, policy: fixed(48) })).toEqual(still);
    const schedule = cosine({ examples: 5000 });
    expect(replay(observations, { header, schedule })).toEqual(replay(observations, { ...OPTIONS, schedule }));
    expect(replay(observations, { header, schedule })).not.toEqual(decisions);
  });

  test('from no observations: none', () => {
    expect(replay([], OPTIONS)).toEqual([]);
  });
});

test.each<[object, string]>([
  [{ facts: { baseBatchSize: 0, baseLearningRate: 1 } }, 'baseBatchSize must be a whole number >= 1; got 0'],
  [{ ...OPTIONS, memory: -1 }, 'memory must be a finite number > 0; got -1'],
  [{ ...OPTIONS, memmory: 1 }, "replay has no option 'memmory'"],
])('rejects %j', (options, message) => {
  expect(() => replay(observations, options as never)).toThrow(new RegExp(message.replaceAll(/[()]/g, '\\$&')));
});

describe('the decisions on a log as lines', () => {
  const expected = ['start', ...decisions].map((decision, i) =>
    i === 0 ? expect.stringContaining('"reason":"start"') : formatDecision(decision as (typeof decisions)[number]),
  );

  test('begin with the one before the first step, run by run', async () => {
    let text = '';
    for await (const piece of decisionLines(recordsOf([...lines, ...lines]))) text += piece;
    expect(text.split('\n').slice(0, -1)).toEqual([...expected, ...expected]);
  });

  test('or with other options than the log has', async () => {
    const pieces: Uint8Array[] = [];
    const options = { policy: gaussianWalk(), maxBatchSize: 20 };
    for await (const piece of decisionBytes(recordsOf(lines), { options })) pieces.push(piece);
    const sizes = Buffer.concat(pieces)
      .toString()
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { batchSize: number }).batchSize);
    expect(sizes).toHaveLength(decisions.length + 1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(20);
  });

  test('name the run that cannot be replayed', async () => {
    const unknown = [(lines[0] as string).replace('gaussianWalk', 'mine')];
    await expect(decisionLines(recordsOf(unknown)).next()).rejects.toThrow(
      "run.jsonl:1: this run cannot be replayed: there is no policy 'mine'",
    );
    const deciding = { options: { memory: 0 } };
    await expect(decisionLines(recordsOf(lines), deciding).next()).rejects.toThrow('memory must be');
  });
});

describe('headers made to harm', () => {
  const header = (changes: object): string => JSON.stringify({ ...JSON.parse(lines[0] as string), ...changes });
  const nested = (depth: number): string =>
    `${'{"name":"cooled","options":{"policy":'.repeat(depth)}{"name":"fixed","options":{}}${'}}'.repeat(depth)}`;

  test.each<[string, string, string]>([
    ['a ladder without end', header({ options: { ladder: 1 + 1e-12 } }), 'ladder must be a factor that makes at most'],
    [
      'a ladder of a combinator',
      header({
        options: {
          policy: { name: 'laddered', options: { factor: 1 + 1e-12, policy: { name: 'fixed', options: {} } } },
        },
      }),
      'ladder must be',
    ],
    [
      'the name of something inherited',
      header({ options: { policy: { name: 'toString', options: {} } } }),
      "there is no policy 'toString'",
    ],
    [
      'an option of the wrong type',
      header({ options: { memory: 'long' } }),
      'memory must be a finite number > 0; got "long"',
    ],
    ['a size out of range', header({ facts: { baseBatchSize: 1, baseLearningRate: -1 } }), 'baseLearningRate must be'],
    ['a state that is none', header({ state: {} }), 'run.jsonl:1: this run cannot be replayed'],
    [
      'a state of another making',
      header({ state: { pipeline: { decision: { batchSize: 16 }, estimates: {} } } }),
      'run.jsonl:2: the state that the run began with cannot be used',
    ],
    [
      'combinators twenty thousand deep',
      (lines[0] as string).replace(/"policy":.*?,"learningRate"/, `"policy":${nested(20_000)},"learningRate"`),
      'run.jsonl:1: this run cannot be replayed',
    ],
  ])('%s', async (_name, first, message) => {
    const run = async (): Promise<void> => {
      for await (const _text of decisionLines(recordsOf([first, lines[1] as string])));
    };
    await expect(run()).rejects.toThrow(message);
    await expect(run()).rejects.toThrow(/^run\.jsonl:[12]: /);
  });
});
