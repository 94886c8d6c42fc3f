import fc from 'fast-check';
import type { GradientStatistics } from '../../src/core/types.js';
import { formatStep, RUN_LOG_VERSION } from '../../src/run-log/format.js';
import { readRunLog } from '../../src/run-log/read.js';
import { gradientStatistics, observation } from '../support/observations.js';
import { DECISION, HEADER, runOf } from './support.js';

const half = (line: string): string => line.slice(0, Math.floor(line.length / 2));

test('an empty text is a log without runs', () => {
  expect(readRunLog('')).toEqual({ runs: [], warnings: [] });
  expect(readRunLog('\n \n')).toEqual({ runs: [], warnings: [] });
});

test('line ends of Windows and blank lines do not matter', () => {
  expect(readRunLog(runOf(2).join('\r\n\r\n'))).toEqual(readRunLog(runOf(2).join('\n')));
});

describe('what a killed process leaves', () => {
  test('wherever the text ends, the whole lines are read and at most one warning tells of the rest', () => {
    const text = `${runOf(3).join('\n')}\n`;
    const whole = readRunLog(text).runs[0]?.steps ?? [];
    fc.assert(
      fc.property(fc.nat(text.length), (end) => {
        const { runs, warnings } = readRunLog(text.slice(0, end), 'cut.jsonl');
        const lines = text.slice(0, end).split('\n');
        const isCut = lines.at(-1) !== '' && !text.split('\n').includes(lines.at(-1) as string);
        const read = lines.filter((line) => line !== '').length - (isCut ? 1 : 0);
        expect(warnings).toEqual(isCut ? [`cut.jsonl:${lines.length}: half a line, left out`] : []);
        expect(runs).toHaveLength(Math.min(read, 1));
        expect(runs[0]?.steps ?? []).toEqual(whole.slice(0, Math.max(0, read - 1)));
      }),
      { numRuns: 300 },
    );
  });

  test('half a line before the next run is left out with a warning', () => {
    const [header, one, two] = runOf(2) as [string, string, string];
    const { runs, warnings } = readRunLog([header, one, half(two), ...runOf(1)].join('\n'), 'run.jsonl');
    expect(runs.map(({ steps }) => steps.length)).toEqual([1, 1]);
    expect(warnings).toEqual(['run.jsonl:3: half a line, left out']);
  });

  test('so is half a header, and a half line before it', () => {
    const [header, one] = runOf(1) as [string, string];
    const killedTwice = [header, one, half(one), half(header)];
    expect(readRunLog(killedTwice.join('\n'), 'log').warnings).toEqual([
      'log:3: half a line, left out',
      'log:4: half a line, left out',
    ]);
    const { runs } = readRunLog([...killedTwice, ...runOf(2)].join('\n'));
    expect(runs.map(({ steps }) => steps.length)).toEqual([1, 2]);
  });

  test('but a broken line in the middle is an error', () => {
    const [header, one, two] = runOf(2) as [string, string, string];
    for (const broken of [half(one), '[1]', '3', 'null', 'NaN', '"text"', '{"step":NaN}']) {
      const read = () => readRunLog([header, broken, two].join('\n'), 'run.jsonl');
      expect(read).toThrow(TypeError);
      expect(read).toThrow('run.jsonl:2: not a JSON object');
    }
    expect(() => readRunLog([half(header), one].join('\n'))).toThrow('run log:1: not a JSON object');
  });
});

/** A header line with one field changed; undefined: left out. */
const header = (changes: object): string => JSON.stringify({ runLog: RUN_LOG_VERSION, ...HEADER, ...changes });

/** A step line likewise. */
function step(changes: object, decision: object = {}, gradient: object = {}): string {
  const seen = observation();
  return JSON.stringify({
    ...seen,
    gradient: { ...seen.gradient, ...gradient },
    decision: { ...DECISION, ...decision },
    ...changes,
  });
}

const LAYER = { layer: 'dense', parameters: 9, squaredNormOfMean: 1, squaredDeviations: 2 };

const wholes = { step: 1, examplesSeen: 0, batchSize: 1, microBatches: 1 };
const numbers = ['epoch', 'learningRate', 'baseLearningRate', 'loss', 'stepMs'];
const statistics = [
  'squaredNormOfMean',
  'squaredDeviations',
  'meanProjection',
  'freshProjection',
  'freshDeviations',
  'projectionDeviations',
];

test.each<[line: string, message: string]>([
  ...Object.entries(wholes).flatMap(([name, least]): [string, string][] => [
    [step({ [name]: undefined }), `${name} must be a whole number >= ${least}; got undefined`],
    [step({ [name]: 'NaN' }), `${name} must be a whole number >= ${least}; got "NaN"`],
    [step({ [name]: 1.5 }), `${name} must be a whole number >= ${least}; got 1.5`],
    [step({ [name]: least - 1 }), `${name} must be a whole number >= ${least}; got ${least - 1}`],
    [step({ [name]: 2 ** 53 }), `${name} must be a whole number >= ${least}; got 9007199254740992`],
  ]),
  ...numbers.flatMap((name): [string, string][] => [
    [step({ [name]: undefined }), `${name} must be a number; got undefined`],
    [step({ [name]: 'many' }), `${name} must be a number; got "many"`],
    [step({ [name]: null }), `${name} must be a number; got null`],
  ]),
  ...['measureMs', 'validationLoss'].map((name): [string, string] => [
    step({ [name]: 'some' }),
    `${name} must be a number; got "some"`,
  ]),
  [step({ short: 1 }), 'short must be true; got 1'],
  [step({ step: 2, decision: undefined }), 'decision must be an object; got undefined'],
  [step({ decision: [] }), 'decision must be an object; got []'],
  ...['learningRate', 'learningRateFactor'].map((name): [string, string] => [
    step({}, { [name]: undefined }),
    `decision.${name} must be a number; got undefined`,
  ]),
  [step({}, { step: -1 }), 'decision.step must be a whole number >= 0; got -1'],
  [step({}, { batchSize: 0 }), 'decision.batchSize must be a whole number >= 1; got 0'],
  [step({}, { measure: 'yes' }), 'decision.measure must be a boolean; got "yes"'],
  [step({}, { reason: undefined }), 'decision.reason must be a string; got undefined'],
  [step({ gradient: null }), 'gradient must be an object; got null'],
  [step({ gradient: 3 }), 'gradient must be an object; got 3'],
  ...statistics.map((name): [string, string] => [
    step({}, {}, { [name]: undefined }),
    `gradient.${name} must be a number; got undefined`,
  ]),
  [step({}, {}, { route: 2 }), 'gradient.route must be a string; got 2'],
  [step({}, {}, { degreesOfFreedom: '8' }), 'gradient.degreesOfFreedom must be a number; got "8"'],
  [step({}, {}, { coverage: '0.5' }), 'gradient.coverage must be a number; got "0.5"'],
  [step({}, {}, { coverage: null }), 'gradient.coverage must be a number; got null'],
  [step({}, {}, { exampleNorms: 3 }), 'gradient.exampleNorms must be an array of numbers; got 3'],
  [step({}, {}, { exampleNorms: [1, '2'] }), 'gradient.exampleNorms must be an array of numbers; got [1,"2"]'],
  [step({}, {}, { exampleNorms: [1, null] }), 'gradient.exampleNorms must be an array of numbers; got [1,null]'],
  [step({}, {}, { layers: {} }), 'gradient.layers must be an array of objects; got {}'],
  [
    step({}, {}, { layers: [LAYER, 3] }),
    `gradient.layers must be an array of objects; got [${JSON.stringify(LAYER)},3]`,
  ],
  [step({}, {}, { layers: [LAYER, { ...LAYER, layer: 7 }] }), 'gradient.layers[1].layer must be a string; got 7'],
  [
    step({}, {}, { layers: [{ ...LAYER, parameters: 0 }] }),
    'gradient.layers[0].parameters must be a whole number >= 1; got 0',
  ],
  ...['squaredNormOfMean', 'squaredDeviations'].flatMap((name): [string, string][] => [
    [
      step({}, {}, { layers: [LAYER, LAYER, { ...LAYER, [name]: undefined }] }),
      `gradient.layers[2].${name} must be a number; got undefined`,
    ],
    [
      step({}, {}, { layers: [{ ...LAYER, [name]: 'much' }] }),
      `gradient.layers[0].${name} must be a number; got "much"`,
    ],
  ]),
  [header({ facts: undefined }), 'facts must be an object; got undefined'],
  [header({ options: 'none' }), 'options must be an object; got "none"'],
  [header({ about: null }), 'about must be an object; got null'],
  [header({ facts: { baseLearningRate: 1 } }), 'facts.baseBatchSize must be a whole number >= 1; got undefined'],
  [header({ facts: { baseBatchSize: 1 } }), 'facts.baseLearningRate must be a number; got undefined'],
  [header({ options: { policy: 'fixed' } }), 'options.policy must be an object; got "fixed"'],
  [header({ options: { learningRate: {} } }), 'options.learningRate.name must be a string; got undefined'],
  [header({ state: [1] }), 'state must be an object; got [1]'],
  [header({ runLog: RUN_LOG_VERSION + 1 }), `runLog must be a version up to ${RUN_LOG_VERSION}; got 2`],
  [header({ runLog: '1' }), `runLog must be a version up to ${RUN_LOG_VERSION}; got "1"`],
])('rejects %s', (line, message) => {
  const read = () => readRunLog([...runOf(1), '', line].join('\n'), 'logs/run.jsonl');
  expect(read).toThrow(TypeError);
  expect(read).toThrow(`logs/run.jsonl:4: ${message}`);
});

describe('the details of a measured step', () => {
  const { route: _route, degreesOfFreedom: _free, ...sums } = gradientStatistics();
  // In the order of the schema, as they are written: what is in another is read by another way.
  const gradient: GradientStatistics = {
    route: 'closedForm',
    degreesOfFreedom: 15,
    coverage: 0.75,
    ...sums,
    exampleNorms: [0, 0.5, 1, 2.25, 1e15],
    layers: [LAYER, { ...LAYER, layer: 'lstm_LSTM1/kernel "é"', squaredDeviations: 1e-20 }],
  };
  const seen = observation({ gradient });
  /** As another program may write it: the fields in another order. */
  const turned = JSON.stringify(
    Object.fromEntries(
      Object.entries({
        ...seen,
        gradient: Object.fromEntries(Object.entries(gradient).reverse()),
        decision: DECISION,
      }).reverse(),
    ),
  );
  const read = (line: string) => readRunLog(`${header({})}\n${line}\n`).runs[0]?.steps[0]?.observation;

  test.each([
    ['as this package writes them', formatStep(seen, DECISION)],
    ['in another order', turned],
    ['with room between', JSON.stringify({ ...seen, decision: DECISION }, null, 1).replaceAll('\n', ' ')],
  ])('are read back, %s', (_name, line) => {
    expect(read(line)).toEqual(seen);
  });

  test.each(['coverage', 'exampleNorms', 'layers'] as const)('%s may be left out', (name) => {
    const { [name]: _left, ...rest } = gradient;
    expect(read(formatStep({ ...seen, gradient: rest }, DECISION))).toEqual({ ...seen, gradient: rest });
  });

  test('are read back where they are not finite, in order and in another', () => {
    const broken = {
      ...gradient,
      exampleNorms: [Number.NaN, 1, Infinity],
      layers: [{ ...LAYER, squaredNormOfMean: Number.NaN, squaredDeviations: -Infinity }],
    };
    const line = formatStep({ ...seen, gradient: broken }, DECISION);
    expect(read(line)).toEqual({ ...seen, gradient: broken });
    expect(read(line.replace('{"step"', '{ "step"'))).toEqual({ ...seen, gradient: broken });
  });
});

test('rejects a step before any header', () => {
  const read = () => readRunLog(formatStep(observation(), DECISION), 'run.jsonl');
  expect(read).toThrow(TypeError);
  expect(read).toThrow('run.jsonl:1: a step before any header');
});

test('keeps what a later version adds', () => {
  const { runs } = readRunLog([header({ seed: 1 }), step({ gpu: 'hot' }, { heat: 2 })].join('\n'));
  expect(runs).toMatchObject([
    { header: { seed: 1 }, steps: [{ observation: { gpu: 'hot' }, decision: { heat: 2 } }] },
  ]);
});
