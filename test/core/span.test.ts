import { checkSpan, doneSoFar, type Span, spanOption } from '../../src/core/span.js';
import { type Rejection, rejects } from '../support/rejections.js';

test('takes epochs or examples, from the least on', () => {
  expect(checkSpan('x', { epochs: 1 })).toEqual({ unit: 'epochs', count: 1 });
  expect(checkSpan('x', { examples: 300 })).toEqual({ unit: 'examples', count: 300 });
  expect(checkSpan('x', { epochs: 0 }, 0)).toEqual({ unit: 'epochs', count: 0 });
  expect(checkSpan('x', { epochs: 4, size: 1 } as Span, 4, ['size'])).toEqual({ unit: 'epochs', count: 4 });
});

test('is written as it was given', () => {
  for (const span of [{ epochs: 3 }, { examples: 20 }]) expect(spanOption(checkSpan('x', span))).toEqual(span);
});

const bad = (value: unknown, range: string, shown: string, least?: number): Rejection => [
  () => checkSpan('wait', value as Span, least),
  'wait',
  range,
  shown,
];
const NOT_STEPS =
  '{ epochs } or { examples }, not steps: a step is as long as its batch, so a schedule in steps would move with the sizes it sets';

rejects([
  bad(20, '{ epochs } or { examples }', '20'),
  bad(null, '{ epochs } or { examples }', 'null'),
  bad(undefined, '{ epochs } or { examples }', 'undefined'),
  bad({}, '{ epochs } or { examples }', '{}'),
  bad({ steps: 100 }, NOT_STEPS, '{"steps":100}'),
  bad({ steps: 100, epochs: 1 }, NOT_STEPS, '{"steps":100,"epochs":1}'),
  bad({ epochs: 1, examples: 9 }, '{ epochs } or { examples }, not both', '{"epochs":1,"examples":9}'),
  [() => checkSpan('wait', { epochs: 0 }), 'wait.epochs', 'a whole number >= 1', '0'],
  [() => checkSpan('wait', { epochs: 1.5 }), 'wait.epochs', 'a whole number >= 1', '1.5'],
  [() => checkSpan('wait', { examples: 2 }, 3), 'wait.examples', 'a whole number >= 3', '2'],
]);

test('rejects an unknown key', () => {
  expect(() => checkSpan('wait', { epoch: 1 } as never)).toThrow(
    "wait has no option 'epoch'; its options are epochs, examples",
  );
  expect(() => checkSpan('wait', { epochs: 1, size: 1 } as Span)).toThrow(RangeError);
});

describe('what is done so far', () => {
  test.each([
    ['examples', 3, 450, 100, 450],
    ['epochs', 3, 450, undefined, 3],
    // The last step of pass 3 belongs to pass 4 already, where the size of the data tells.
    ['epochs', 3, 399, 100, 3],
    ['epochs', 3, 400, 100, 4],
    ['epochs', 3, 401, 100, 4],
    // A loop that began at a later epoch, or passes that leave examples out.
    ['epochs', 9, 400, 100, 9],
  ] as const)('in %s, in pass %d after %d examples of %p: %d', (unit, epoch, examplesSeen, datasetSize, done) => {
    expect(doneSoFar(unit, { epoch, examplesSeen }, datasetSize === undefined ? {} : { datasetSize })).toBe(done);
  });
});
