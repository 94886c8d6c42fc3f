import fc from 'fast-check';
import { countIn, numberIn } from '../../src/importers/cell.js';

const read = (value: unknown): number | undefined => numberIn(value, 'log.csv:3', 'loss');

test('reads every number that Python, JavaScript or C writes', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      expect(read(String(number))).toBe(number + 0 === 0 ? 0 : number);
      expect(read(` ${number.toExponential()} `)).toBeCloseTo(number, 300);
    }),
  );
});

test.each([
  ['nan', Number.NaN],
  ['NaN', Number.NaN],
  ['inf', Infinity],
  ['-inf', -Infinity],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['1e400', Infinity],
  ['+.5', 0.5],
  ['5.', 5],
  ['', undefined],
  ['  ', undefined],
  ['NA', undefined],
  ['None', undefined],
  [null, undefined],
  [undefined, undefined],
])('%j is %s', (text, number) => {
  expect(read(text)).toBe(number);
});

test.each(['0x10', '1,5', '1 2', 'loss', '0b1', '1_000', 'nan0', '--1', '1e', '٣', true, [], {}, [1]])(
  '%j is none',
  (value) => {
    expect(() => read(value)).toThrow(/^log\.csv:3: loss must be a number; got /);
  },
);

test('a huge cell is not shown whole', () => {
  expect(() => read('x'.repeat(1e6))).toThrow(/^.{1,150}$/);
});

test('counts are whole', () => {
  expect(countIn('7', 'here', 'step', 0)).toBe(7);
  for (const wrong of ['1.5', '-1', 'nan', '1e300']) {
    expect(() => countIn(wrong, 'here', 'step', 0)).toThrow('here: step must be a whole number >= 0; got');
  }
});
