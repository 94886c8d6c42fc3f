import { cleanly } from '../../../src/tfjs/memory/cleanly.js';
import { ifRoom } from '../../../src/tfjs/memory/if-room.js';
import { tf } from '../support.js';
import { NO_ROOM } from './support.js';

const failing = (message: string) => (): tf.Tensor[] => {
  tf.keep(tf.zeros([3]));
  tf.tidy(() => tf.keep(tf.ones([2])));
  const lasting = tf.variable(tf.zeros([2]));
  tf.variableGrads(() => {
    tf.exp(lasting);
    throw new RangeError(message);
  });
  return [];
};

afterEach(() => tf.disposeVariables());

test('after a throw nothing is left but variables, nor the hook on the engine', () => {
  const { keep } = tf.engine();
  const before = tf.memory().numTensors;
  expect(() => cleanly(failing('broken off'))).toThrow('broken off');
  expect(tf.memory().numTensors - before).toBe(1);
  expect(tf.engine().keep).toBe(keep);
});

test('what is older stays, kept anew or not; results live on', () => {
  const older = tf.ones([2]);
  expect(() =>
    cleanly(() => {
      tf.keep(older);
      throw new Error('broken off');
    }),
  ).toThrow();
  expect(older.isDisposed).toBe(false);
  const [result] = cleanly(() => [tf.add(older, 1)]) as [tf.Tensor];
  expect([...result.dataSync()]).toEqual([2, 2]);
  tf.dispose([older, result]);
});

test('what finds no room is left out, any other error is thrown on', () => {
  const before = tf.memory().numTensors;
  expect(ifRoom(failing(NO_ROOM))).toBeUndefined();
  expect(tf.memory().numTensors - before).toBe(1);
  tf.disposeVariables();
  expect(() => ifRoom(failing('a bug'))).toThrow('a bug');
  expect(ifRoom(() => 7)).toBe(7);
});
