import { byId } from './elements.js';
import { formatNumber, formatSeconds, formatShare } from './format.js';
import { type RunRecord, secondsOf } from './record.js';

const NOTHING = '–';

/** The figures over the charts: their key, their name, and how they are read off a run. */
const FACTS: readonly (readonly [key: string, name: string, text: (record: RunRecord) => string])[] = [
  ['accuracy', 'Test accuracy', ({ accuracy }) => (accuracy === undefined ? NOTHING : formatShare(accuracy))],
  ['loss', 'Training loss', ({ smoothedLoss }) => latest(smoothedLoss)],
  ['batchSize', 'Batch size', ({ batchSize }) => latest(batchSize)],
  ['learningRate', 'Learning rate', ({ learningRate }) => latest(learningRate)],
  ['noiseScale', 'Noise scale', ({ noiseScale }) => latest(noiseScale)],
  ['epochs', 'Epochs', ({ epochs }) => formatNumber(epochs)],
  ['steps', 'Steps', ({ seconds }) => formatNumber(seconds.length)],
  ['seconds', 'Training time', (record) => formatSeconds(secondsOf(record))],
];

function latest(values: readonly (number | null)[]): string {
  const value = values.at(-1);
  return value === null || value === undefined ? NOTHING : formatNumber(value);
}

/** Puts the figures on the page. @returns the way to show those of a run */
export function addFacts(): (record: RunRecord) => void {
  const places = FACTS.map(([key, name]) => {
    const [group, term, value] = ['div', 'dt', 'dd'].map((tag) => document.createElement(tag)) as [
      HTMLElement,
      HTMLElement,
      HTMLElement,
    ];
    term.textContent = name;
    value.textContent = NOTHING;
    value.dataset.fact = key;
    group.append(term, value);
    byId('facts').append(group);
    return value;
  });
  return (record) => {
    FACTS.forEach(([, , text], i) => {
      (places[i] as HTMLElement).textContent = text(record);
    });
  };
}
