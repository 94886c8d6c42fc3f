import fc from 'fast-check';
import { logRange, tenTicks, twoTicks } from '../../../examples/browser/src/ticks.js';

const size = fc.double({ min: 1e-6, max: 1e6, noNaN: true });

test.each([
  ['twos', twoTicks],
  ['tens', tenTicks],
])('the %s lie in the range, ascend, and are no more than there is room for', (_name, ticksOf) => {
  fc.assert(
    fc.property(size, size, fc.integer({ min: 1, max: 12 }), (one, other, most) => {
      const range = logRange(Math.min(one, other), Math.max(one, other));
      const ticks = ticksOf(range, most);
      expect(ticks.length).toBeLessThanOrEqual(most);
      expect(ticks.every((tick, i) => tick >= range[0] && tick <= range[1] && tick > (ticks[i - 1] ?? 0))).toBe(true);
    }),
  );
});

test.each([
  [twoTicks([15, 140], 8), [16, 32, 64, 128]],
  [twoTicks([15, 1100], 4), [16, 64, 256, 1024]],
  [tenTicks([0.07, 0.6], 8), [0.1, 0.2, 0.5]],
  [tenTicks([0.0007, 3], 6), [0.001, 0.01, 0.1, 1]],
])('ticks are %j', (ticks, expected) => expect(ticks).toEqual(expected));

test('the range holds its values, spans a factor of four at least, and its middle is theirs', () => {
  fc.assert(
    fc.property(size, size, (one, other) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      const [from, to] = logRange(low, high);
      expect(from).toBeLessThanOrEqual(low);
      expect(to).toBeGreaterThanOrEqual(high);
      expect(to / from).toBeGreaterThanOrEqual(3.999);
      expect(Math.log(from * to)).toBeCloseTo(Math.log(low * high), 6);
    }),
  );
});
