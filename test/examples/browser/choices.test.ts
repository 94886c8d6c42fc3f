import * as packageEntry from 'tfjs-adaptive-batch';
import { type AdaptiveBatchOptions, AdaptiveController, memoryLog } from 'tfjs-adaptive-batch';
import { CHOICES } from '../../../examples/browser/src/choices.js';

/** What a run log says of the options. */
function described(options: AdaptiveBatchOptions): unknown {
  const log = memoryLog();
  const controller = new AdaptiveController({ ...options, log });
  controller.start({ baseBatchSize: 16, baseLearningRate: 0.1 });
  controller.end();
  return JSON.parse(log.lines[0] as string).options;
}

test.each(Object.values(CHOICES).map((choice) => [choice.name, choice] as const))(
  'the code shown for %s is what is run',
  (_name, { code, options }) => {
    const shown = new Function(...Object.keys(packageEntry), `return ${code}`)(...Object.values(packageEntry));
    expect(described(options())).toEqual(described(shown));
  },
);

test('no two choices are the same, and the first is the default', () => {
  const all = Object.values(CHOICES).map(({ options }) => JSON.stringify(described(options())));
  expect(new Set(all).size).toBe(all.length);
  expect(all[0]).toBe(JSON.stringify(described({})));
});
