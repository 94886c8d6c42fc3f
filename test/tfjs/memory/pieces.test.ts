import fc from 'fast-check';
import { cut, divide, meanOf, rowsOf } from '../../../src/tfjs/memory/pieces.js';
import { tf } from '../support.js';

const count = fc.integer({ min: 1, max: 500 });

test('a piece is divided into its examples, each once, in order, as equally as can be', () => {
  fc.assert(
    fc.property(fc.nat(100), count, count, (from, size, most) => {
      const pieces = divide({ from, size }, most);
      let at = from;
      for (const piece of pieces) {
        expect(piece.from).toBe(at);
        at += piece.size;
      }
      expect(at).toBe(from + size);
      const sizes = pieces.map((piece) => piece.size);
      expect(sizes).toEqual(cut(size, Math.ceil(size / most)));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(most);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});

test('rows of any rank, and means weighted by examples, leave nothing else', () => {
  const data = [
    tf.tensor2d([
      [1, 2],
      [3, 4],
      [5, 6],
    ]),
    tf.tensor1d([7, 8, 9]),
  ];
  const before = tf.memory().numTensors;
  const rows = rowsOf(data, { from: 1, size: 2 });
  expect(rows.map((tensor) => tensor.arraySync())).toEqual([
    [
      [3, 4],
      [5, 6],
    ],
    [8, 9],
  ]);
  const [mean] = meanOf([
    { size: 1, values: [tf.scalar(4)] },
    { size: 3, values: [tf.scalar(8)] },
  ]) as [tf.Tensor];
  expect(mean.dataSync()[0]).toBe(7);
  tf.dispose([...rows, mean]);
  expect(tf.memory().numTensors).toBe(before);
  const alone = [tf.scalar(1)];
  expect(meanOf([{ size: 5, values: alone }])).toBe(alone);
  tf.dispose([...data, ...alone]);
});
