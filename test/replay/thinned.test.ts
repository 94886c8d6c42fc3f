import fc from 'fast-check';
import { thinned } from '../../src/replay/thinned.js';

test('keeps few, in order, evenly spread, with the first and the last', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(2000), (most, count) => {
      const kept = thinned<number>(most);
      for (let i = 0; i < count; i++) kept.add(i);
      const items = kept.items();
      expect(items.length).toBeLessThanOrEqual(Math.min(most + 1, count));
      if (count === 0) return;
      expect([items[0], items.at(-1)]).toEqual([0, count - 1]);
      const steps = items.slice(1).map((item, i) => item - (items[i] as number));
      expect(new Set(steps.slice(0, -1)).size).toBeLessThanOrEqual(1);
      expect(items.length).toBeGreaterThanOrEqual(Math.min(count, most / 2));
    }),
  );
});

test('none where none are wanted', () => {
  const kept = thinned<number>(0);
  kept.add(1);
  expect(kept.items()).toEqual([]);
});
