/** What a training came to after all its examples. */
export interface PaperRun {
  /** Mean over the whole training set. */
  readonly loss: number;
  /** Share of the test examples that come out right [percentage points]. */
  readonly accuracy: number;
}

/** One way of training, seed by seed. */
export interface PaperWay {
  readonly name: string;
  readonly runs: readonly PaperRun[];
}

/** All ways at one learning rate. */
export interface PaperRate {
  readonly learningRate: number;
  readonly ways: readonly PaperWay[];
}

/** What was found for one optimizer. */
export interface PaperResult {
  readonly optimizer: 'momentum' | 'sgd';
  /** Training examples, and passes over them. */
  readonly examples: number;
  readonly epochs: number;
  readonly seeds: readonly number[];
  readonly rates: readonly PaperRate[];
}

/** The names of the ways that are not fixed sizes. */
export const DEFAULT = 'default';
export const PAPER = 'gaussianWalkWithRebound, rate as given';
