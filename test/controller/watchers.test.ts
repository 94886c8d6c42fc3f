import { AdaptiveController, type ControllerOptions, type EpochEnd, type EpochStart } from '../../src/core-entry.js';
import { FACTS } from './support.js';

const watching = (watch: unknown) => new AdaptiveController({ watch } as ControllerOptions);

test('each watcher gets the controller once, when it is made', () => {
  const seen: AdaptiveController[] = [];
  const one = (controller: AdaptiveController): void => void seen.push(controller);
  const controller = watching(one);
  expect(seen).toEqual([controller]);
  const other = watching([one, one]);
  expect(seen).toEqual([controller, other, other]);
});

test.each([[7], ['bar'], [{}], [[() => undefined, null]]])('%j is refused, with what it must be', (watch) => {
  expect(() => watching(watch)).toThrow(TypeError);
  expect(() => watching(watch)).toThrow(/^watch must be a function or several, for example progressBar\(\); got /);
});

test('epochs are told to those who look on, and one who throws ends nothing', () => {
  const controller = new AdaptiveController();
  const starts: EpochStart[] = [];
  const ends: EpochEnd[] = [];
  const errors: string[] = [];
  controller.on('epochStart', (epoch) => starts.push(epoch));
  controller.on('epochEnd', (epoch) => ends.push(epoch));
  controller.on('error', ({ message }) => errors.push(message));
  controller.on('epochEnd', () => {
    throw new Error('broken listener');
  });
  controller.start(FACTS);
  const before = controller.getState();
  controller.beginEpoch({ epoch: 2, epochs: 9 });
  controller.endEpoch({ epoch: 2, logs: { loss: 0.5 } });
  expect(starts).toEqual([{ epoch: 2, epochs: 9 }]);
  expect(ends).toEqual([{ epoch: 2, logs: { loss: 0.5 } }]);
  expect(errors).toEqual(['broken listener']);
  expect(controller.getState()).toBe(before);
});
