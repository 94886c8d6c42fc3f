import { median } from '../../examples/support/statistics.js';
import { markdownTable } from '../support/markdown.js';
import { isLowestOrWithin, lowestOf, trains } from './figures.js';
import type { PaperRate, PaperResult } from './types.js';

function spread(values: readonly number[], format: (value: number) => string): string {
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)].map(format);
  return `${middle} (${least} to ${most})`;
}

function rowsOf(rate: PaperRate): string[][] {
  const { learningRate, ways } = rate;
  const lowest = lowestOf(ways);
  return ways.map((way) => {
    const within = isLowestOrWithin(way, ways) ? 'within its spread' : '';
    const mark = way === lowest ? 'lowest' : within;
    return [
      String(learningRate),
      way.name,
      spread(
        way.runs.map(({ loss }) => loss),
        (loss) => loss.toExponential(2),
      ),
      spread(
        way.runs.map(({ accuracy }) => accuracy),
        (accuracy) => accuracy.toFixed(2),
      ),
      trains(rate) ? mark : 'nothing trains',
    ];
  });
}

/** The name of a result's section. */
export function titleOf({ optimizer }: PaperResult): string {
  return optimizer === 'sgd' ? 'SGD' : 'Momentum 0.9';
}

/** What was found for one optimizer, as Markdown. */
export function textOf({ examples, epochs, seeds, rates }: PaperResult): string {
  const legend =
    `Fashion-MNIST (${examples.toLocaleString('en')} examples), 784-32-10 perceptron, ${epochs} epochs for every way, seeds ${seeds.join(', ')}: ` +
    'medians, with the least and the most. The default and the paper form begin at batch size 32 with the rate given.';
  const head = ['rate', 'way', 'final training loss', 'test accuracy [%]', ''];
  return [legend, '', markdownTable(head, rates.flatMap(rowsOf))].join('\n');
}
