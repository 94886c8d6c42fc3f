import { figuresOf, isLowestOrWithin, lowestOf, trains } from '../../../bench/paper/figures.js';
import { textOf } from '../../../bench/paper/text.js';
import { DEFAULT, PAPER, type PaperResult, type PaperWay } from '../../../bench/paper/types.js';

function way(name: string, ...losses: number[]): PaperWay {
  return { name, runs: losses.map((loss) => ({ loss, accuracy: 80 })) };
}

const ways = [
  way('fit(), 32', 0.2, 0.1, 0.3),
  way('fit(), 64', 0.4, 0.4, 0.4),
  way(PAPER, 0.8, 0.8, 0.8),
  way(DEFAULT, 0.3, 0.3, 0.3),
];

function result(optimizer: PaperResult['optimizer'], learningRate: number, all: readonly PaperWay[]): PaperResult {
  return { optimizer, examples: 4000, epochs: 40, seeds: [1, 2, 3], rates: [{ learningRate, ways: all }] };
}

describe('the lowest way', () => {
  it('has the lowest median; others are within its spread up to its worst seed', () => {
    expect(lowestOf(ways).name).toBe('fit(), 32');
    expect(ways.map((each) => isLowestOrWithin(each, ways))).toEqual([true, false, false, true]);
  });

  it('is never one that ends at no number', () => {
    expect(lowestOf([way('a', Number.NaN, Number.NaN), way('b', 2, 3)]).name).toBe('b');
  });

  it('has to be better than half a guess', () => {
    expect(trains({ learningRate: 1, ways: [way('a', 1.15)] })).toBe(true);
    expect(trains({ learningRate: 1, ways: [way('a', 1.16)] })).toBe(false);
  });
});

describe('the figures', () => {
  it('compare with the lowest fixed size, rate by rate', () => {
    expect(figuresOf([result('momentum', 0.005, ways)])).toEqual({
      ratesTrained: 1,
      ratesDefaultLowestOrWithin: 1,
      ratesPaperLowestOrWithin: 0,
      defaultOverLowestMomentum005: expect.closeTo(1.5, 12),
      paperOverLowestMomentum005: expect.closeTo(4, 12),
    });
  });

  it('count only rates at which anything trains', () => {
    const nothing = ways.map(({ name }) => way(name, 2.3, 2.3, 2.3));
    const figures = figuresOf([result('momentum', 0.05, nothing), result('sgd', 0.5, ways)]);
    expect(figures).toMatchObject({ ratesTrained: 1, defaultOverLowestMomentum05: 1 });
    expect(Object.keys(figures)).toContain('defaultOverLowestSgd5');
  });
});

describe('the table', () => {
  it('marks the lowest and what is within its spread', () => {
    const rows = textOf(result('momentum', 0.005, ways))
      .split('\n')
      .slice(4);
    expect(rows[0]).toBe('| 0.005 | fit(), 32 | 2.00e-1 (1.00e-1 to 3.00e-1) | 80.00 (80.00 to 80.00) | lowest |');
    expect(rows[1]).toMatch(/\| {2}\|$/);
    expect(rows[3]).toMatch(/within its spread \|$/);
  });

  it('says where nothing trains', () => {
    const text = textOf(result('sgd', 0.5, [way(DEFAULT, 2.3), way(PAPER, 2.3), way('fit(), 32', 2.3)]));
    expect(text).toContain('| nothing trains |');
  });
});
