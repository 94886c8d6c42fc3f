import { beyondEdge, fastest, gridOf, gridPair, type Tried } from '../../../bench/policies/grid.js';
import { outcome } from './outcomes.js';

function tried(batchSize: number, exponent: number, elapsedMs: number, end: 'target' | 'time' = 'target'): Tried {
  return { ...gridPair(batchSize, exponent, 0.1), outcome: outcome(elapsedMs, { end }) };
}

describe('gridOf', () => {
  it('has 20 pairs, from the square-root rule upwards, the middle sizes first', () => {
    const grid = gridOf(0.1);
    expect(grid).toHaveLength(20);
    expect(grid.slice(0, 4)).toEqual([1, 2, 3, 4].map((exponent) => gridPair(128, exponent, 0.1)));
    const exponents = (size: number) => grid.filter((pair) => pair.batchSize === size).map((pair) => pair.exponent);
    expect(exponents(32)).toEqual([0, 1, 2, 3]);
    expect(exponents(64)).toEqual([1, 2, 3, 4]);
    expect(exponents(256)).toEqual([2, 3, 4, 5]);
    expect(exponents(512)).toEqual([2, 3, 4, 5]);
  });

  it('is small where it must be quick', () => {
    expect(gridOf(0.1, true).map(({ batchSize }) => batchSize)).toEqual([64, 64, 64, 256, 256, 256]);
  });

  it('spaces the rates by 2', () => {
    expect(gridPair(32, -1, 0.5).learningRate).toBe(0.25);
    expect(gridPair(32, 3, 0.5).learningRate).toBe(4);
  });
});

describe('the search', () => {
  it('ranks those that reached the target by time', () => {
    const all = [tried(64, 1, 5), tried(64, 2, 3), tried(64, 3, 1, 'time')];
    expect(fastest(all).map(({ exponent }) => exponent)).toEqual([2, 1]);
  });

  it('goes on past the edge at which the best lies', () => {
    const inner = tried(64, 2, 3);
    expect(beyondEdge([tried(64, 1, 9), inner, tried(64, 3, 1)], 0.1)).toEqual(gridPair(64, 4, 0.1));
    expect(beyondEdge([tried(64, 1, 1), inner, tried(64, 3, 9)], 0.1)).toEqual(gridPair(64, 0, 0.1));
    expect(beyondEdge([tried(64, 1, 9), inner, tried(64, 3, 9)], 0.1)).toBeUndefined();
    expect(beyondEdge([tried(64, 1, 9, 'time')], 0.1)).toBeUndefined();
  });

  it('looks at the best batch size only', () => {
    expect(beyondEdge([tried(64, 1, 1), tried(128, 0, 9), tried(128, 5, 9)], 0.1)).toEqual(gridPair(64, 2, 0.1));
  });
});
