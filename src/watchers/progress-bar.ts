import type { AdaptiveController, Watcher } from '../controller/controller.js';
import { checkCount, checkKeys } from '../core/checks.js';
import { hostProcess } from '../run-log/node.js';
import { barLine, epochLine, type Progress } from './progress-line.js';
import { TrainingProgress } from './training-progress.js';

/** Where the text goes: a stream of Node, or anything that takes text. */
export interface ProgressStream {
  write(text: string): unknown;
  /** Whether a line can be drawn over; else there is a line for each epoch. */
  readonly isTTY?: boolean;
  /** Width of the terminal [characters]. @defaultValue 80 */
  readonly columns?: number;
}

/** Options of {@link progressBar}; each has a safe default. */
export interface ProgressBarOptions {
  /** @defaultValue Node's standard error */
  readonly stream?: ProgressStream;
  /** Passes over the data in all, >= 1, for a loop of one's own; `fit()` and `fitDataset()` tell theirs. @defaultValue not known */
  readonly epochs?: number;
  /** A clock that never goes back [ms]. @defaultValue performance.now */
  readonly now?: () => number;
}

/** Between two drawings [ms]. */
const REDRAW_MS = 100;
const COLUMNS = 80;
const CLEAR = '\r\u001b[K';

function streamOf({ stream = hostProcess()?.stderr }: ProgressBarOptions): ProgressStream {
  if (typeof stream?.write === 'function') return stream;
  const found = stream === undefined ? 'none, and here is no standard error' : String(stream);
  throw new TypeError(`progressBar: stream must have a function write(); got ${found}`);
}

/**
 * A bar in the terminal: epoch, examples, loss, batch size, rate, and the time left, which stays right when the batch size changes: it counts
 * examples at the pace of late, not steps. Elsewhere (a file, a pipe) a line for each epoch.
 *
 * The loss is the mean over the epoch so far. Under `fitDataset()` with a source of unknown size there is no bar in the first epoch.
 * @throws RangeError or TypeError if an option lies outside the range given with it
 * @example await model.fit(x, y, { epochs: 20, verbose: 0, callbacks: adaptiveBatch(model, { watch: progressBar() }) });
 */
export function progressBar(options: ProgressBarOptions = {}): Watcher {
  checkKeys('progressBar', options, ['stream', 'epochs', 'now']);
  const { epochs, now = () => performance.now() } = options;
  if (epochs !== undefined) checkCount('progressBar: epochs', epochs);
  const stream = streamOf(options);
  return (controller) => draw(controller, { stream, epochs, now });
}

type Drawing = { readonly stream: ProgressStream; readonly epochs: number | undefined; readonly now: () => number };

function draw(controller: AdaptiveController, { stream, epochs, now }: Drawing): void {
  const isTerminal = stream.isTTY === true;
  let progress: TrainingProgress | undefined;
  let isLineOpen = false;
  let lastDrawn = Number.NEGATIVE_INFINITY;
  let began = 0;

  const finish = (text = ''): void => {
    if (isLineOpen || text !== '') stream.write(`${isLineOpen && text !== '' ? CLEAR : ''}${text}\n`);
    isLineOpen = false;
  };
  const at = (training: TrainingProgress, told: Progress['logs'] = {}): Progress => {
    const { batchSize, learningRate } = controller.decision as NonNullable<typeof controller.decision>;
    const { loss, ...state } = training.state;
    const leftMs = training.timeLeft(batchSize, controller.getState()?.pipeline.estimates.time);
    return { ...state, batchSize, learningRate, logs: { loss, ...told }, leftMs };
  };

  controller.on('start', (facts) => {
    progress = new TrainingProgress(facts, epochs);
    began = now();
  });
  controller.on('epochStart', (epoch) => {
    progress?.beginEpoch(epoch);
    began = now();
  });
  controller.on('decision', (_decision, observation) => {
    const time = now();
    progress?.step(observation, time);
    if (progress === undefined || !isTerminal || time - lastDrawn < REDRAW_MS) return;
    stream.write(CLEAR + barLine(at(progress), stream.columns ?? COLUMNS));
    [isLineOpen, lastDrawn] = [true, time];
  });
  controller.on('epochEnd', ({ logs }) => {
    const time = now();
    progress?.endEpoch(time);
    if (progress !== undefined) finish(epochLine(at(progress, logs), time - began));
  });
  controller.on('end', () => {
    finish();
    progress = undefined;
  });
}
