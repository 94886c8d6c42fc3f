import { median } from '../../examples/support/statistics.js';
import { DEFAULT, PAPER, type PaperRate, type PaperResult, type PaperWay } from './types.js';

/** The loss of a guess among ten; a way that ends above half of it has not trained. */
const UNTRAINED = Math.log(10) / 2;

/** A loss that is no number is the worst. */
function lossesOf({ runs }: PaperWay): number[] {
  return runs.map(({ loss }) => (Number.isFinite(loss) ? loss : Number.POSITIVE_INFINITY));
}

/** Median final training loss. */
export function medianLoss(way: PaperWay): number {
  return median(lossesOf(way));
}

/** The way of the lowest median loss. */
export function lowestOf(ways: readonly PaperWay[]): PaperWay {
  const [lowest] = ways.toSorted((a, b) => (medianLoss(a) < medianLoss(b) ? -1 : 1));
  return lowest as PaperWay;
}

/** Whether a way is the lowest, or its median no higher than the highest of the lowest way's seeds. */
export function isLowestOrWithin(way: PaperWay, ways: readonly PaperWay[]): boolean {
  return medianLoss(way) <= Math.max(...lossesOf(lowestOf(ways)));
}

/** Whether anything trains at the rate. */
export function trains({ ways }: PaperRate): boolean {
  return medianLoss(lowestOf(ways)) < UNTRAINED;
}

/** The fixed sizes among the ways. */
function fixedOf(ways: readonly PaperWay[]): PaperWay[] {
  return ways.filter(({ name }) => name !== DEFAULT && name !== PAPER);
}

function wayOf(ways: readonly PaperWay[], name: string): PaperWay {
  return ways.find((way) => way.name === name) as PaperWay;
}

/** A rate as part of a key: its digits after the point. */
function keyOf(rate: number): string {
  return String(rate).replace(/^0?\./, '');
}

/** The figures over all optimizers: see bench/paper.ts. */
export function figuresOf(results: readonly PaperResult[]): { [key: string]: number } {
  const rates = results.flatMap(({ optimizer, rates: each }) => each.map((rate) => ({ optimizer, rate })));
  const trained = rates.filter(({ rate }) => trains(rate));
  const count = (name: string) =>
    trained.filter(({ rate: { ways } }) => isLowestOrWithin(wayOf(ways, name), ways)).length;
  const ratios = rates.flatMap(({ optimizer, rate: { learningRate, ways } }) => {
    const place = `${optimizer === 'sgd' ? 'Sgd' : 'Momentum'}${keyOf(learningRate)}`;
    const lowest = medianLoss(lowestOf(fixedOf(ways)));
    return [
      [`defaultOverLowest${place}`, medianLoss(wayOf(ways, DEFAULT)) / lowest] as const,
      [`paperOverLowest${place}`, medianLoss(wayOf(ways, PAPER)) / lowest] as const,
    ];
  });
  return {
    ratesTrained: trained.length,
    ratesDefaultLowestOrWithin: count(DEFAULT),
    ratesPaperLowestOrWithin: count(PAPER),
    ...Object.fromEntries(ratios),
  };
}
