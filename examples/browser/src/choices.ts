import {
  type AdaptiveBatchOptions,
  cabs,
  cooled,
  fixed,
  goodput,
  growOnPlateau,
  noiseScale,
  none,
  normTest,
  squareRoot,
} from 'tfjs-adaptive-batch';

/** A way to train. */
export interface Choice {
  readonly name: string;
  readonly about: string;
  /** The options as one would write them. */
  readonly code: string;
  readonly options: () => AdaptiveBatchOptions;
}

/** The ways that the page offers, by the key that the picker has for them; the first is the default. */
export const CHOICES: Readonly<Record<string, Choice>> = {
  default: {
    name: 'Default',
    about: 'The batch size with the largest expected decrease of the loss per second. The rate follows by AdaScale.',
    code: '{}',
    options: () => ({}),
  },
  fixed: {
    name: 'Fixed: plain fit()',
    about: 'Batch size and rate stay as given, as in plain fit(). The controller only measures: a run to compare with.',
    code: '{ policy: fixed(), learningRate: none() }',
    options: () => ({ policy: fixed(), learningRate: none() }),
  },
  fixedLarge: {
    name: 'Fixed at 256',
    about: 'A large batch from the start, its rate scaled by the square root: few updates, many passes.',
    code: '{ policy: fixed(256), learningRate: squareRoot() }',
    options: () => ({ policy: fixed(256), learningRate: squareRoot() }),
  },
  noiseScale: {
    name: 'Gradient noise scale',
    about: 'As many examples as the gradient’s noise calls for, whatever a step costs (McCandlish et al. 2018).',
    code: '{ policy: cooled(noiseScale()) }',
    options: () => ({ policy: cooled(noiseScale()) }),
  },
  goodput: {
    name: 'Goodput',
    about: 'Throughput times what an example is worth at that size (Pollux, Qiao et al. 2021).',
    code: '{ policy: cooled(goodput()) }',
    options: () => ({ policy: cooled(goodput()) }),
  },
  normTest: {
    name: 'Norm test',
    about: 'Grows when the gradient’s error is large beside the gradient (Byrd et al. 2012).',
    code: '{ policy: cooled(normTest()) }',
    options: () => ({ policy: cooled(normTest()) }),
  },
  cabs: {
    name: 'CABS',
    about: 'Learning rate times noise over loss; the rate stays (Balles, Romero and Hennig 2017).',
    code: '{ policy: cabs(), learningRate: none() }',
    options: () => ({ policy: cabs(), learningRate: none() }),
  },
  growOnPlateau: {
    name: 'Grow on a plateau',
    about: 'Doubles the batch where one would cut the rate, after an epoch without progress (Smith et al. 2018).',
    code: '{ policy: growOnPlateau({ factor: 2, patience: { epochs: 1 } }), learningRate: none() }',
    options: () => ({ policy: growOnPlateau({ factor: 2, patience: { epochs: 1 } }), learningRate: none() }),
  },
};
