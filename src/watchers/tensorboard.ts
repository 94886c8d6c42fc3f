import type { AdaptiveController, Watcher } from '../controller/controller.js';
import { checkAtLeast, checkKeys } from '../core/checks.js';
import { fileSystem } from '../run-log/node.js';
import { type EventWriter, eventWriter } from './event-writer.js';
import { changeEvent, epochEvent, type RunEvent, startEvent, stepEvent } from './run-events.js';

/** Options of {@link tensorBoard}; each has a safe default. */
export interface TensorBoardOptions {
  /** Least time between two steps that are written [ms]; >= 0, and 0 for every step. @defaultValue 50 */
  readonly everyMs?: number;
  /** The clock [ms since 1970]. @defaultValue Date.now */
  readonly now?: () => number;
}

const ELSEWHERE = 'tensorBoard: it writes files, which needs Node >= 20.16';

function problem(folder: string, cause: unknown): string {
  return `tensorBoard: cannot write to '${folder}': ${(cause as Error).message}`;
}

/** @throws TypeError or Error, naming the folder, if there can be no such folder */
function makeFolder(folder: string): ReturnType<typeof fileSystem> {
  if (typeof folder !== 'string' || folder === '') {
    throw new TypeError(`tensorBoard: folder must be the path of a folder; got ${JSON.stringify(folder)}`);
  }
  const fs = fileSystem(ELSEWHERE);
  try {
    fs.mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new Error(problem(folder, cause), { cause });
  }
  return fs;
}

/**
 * Writes the training to event files that TensorBoard shows while they grow, on any backend in Node.
 *
 * A file a run, under the folder: `adaptive/batchSize`, `learningRate`, `noiseScale`, `loss`, `stepMs` by updates, `adaptive/reason` as a text
 * at each change of the batch size, and every loss and metric under `epoch/` by epochs. No step waits for the disk; what the disk does not
 * take is a warning, and the training goes on without the file.
 * @param folder what `tensorboard --logdir` shows as one run
 * @throws RangeError if an option lies outside the range given with it; TypeError or Error if the folder cannot be made, or there are no files
 * @example await model.fit(x, y, { callbacks: adaptiveBatch(model, { watch: tensorBoard('logs/run') }) });
 */
export function tensorBoard(folder: string, options: TensorBoardOptions = {}): Watcher {
  checkKeys('tensorBoard', options, ['everyMs', 'now']);
  const { now = Date.now } = options;
  const everyMs = checkAtLeast('tensorBoard: everyMs', options.everyMs ?? 50, 0);
  const fs = makeFolder(folder);
  return (controller) => {
    let writer: EventWriter | undefined;
    const warn = (cause: unknown): void => controller.warn(problem(folder, cause));
    controller.on('start', () => {
      try {
        writer = eventWriter(folder, { fs, now, onFailure: warn });
      } catch (cause) {
        warn(cause);
      }
    });
    controller.on('end', () => {
      writer?.close();
      writer = undefined;
    });
    writeEvents(controller, (event) => writer?.write(event), { everyMs, now });
  };
}

/** What of a run is written, and when: the steps on both sides of a change of the batch size, and a step now and then. */
function writeEvents(
  controller: AdaptiveController,
  write: (event: RunEvent) => void,
  { everyMs, now }: Required<TensorBoardOptions>,
): void {
  let last = { time: Number.NEGATIVE_INFINITY, batchSize: 0 };
  let knowsValidation = false;
  controller.on('start', (_facts, decision) => {
    last = { time: Number.NEGATIVE_INFINITY, batchSize: decision.batchSize };
    knowsValidation = false;
    write(startEvent(decision));
  });
  controller.on('decision', ({ batchSize: next }, { validationLoss, ...seen }) => {
    const time = now();
    const { batchSize } = seen;
    const hasChanged = seen.short !== true && (batchSize !== last.batchSize || batchSize !== next);
    // An epoch's own losses hold it too.
    const isEvaluated = validationLoss !== undefined && !knowsValidation;
    if (time - last.time < everyMs && !hasChanged && !isEvaluated) return;
    last = { time, batchSize };
    const observation = isEvaluated ? { ...seen, validationLoss } : seen;
    write(stepEvent(observation, controller.getState()?.pipeline.estimates.noise));
  });
  controller.on('change', (change) => {
    if (change.from.batchSize !== change.to.batchSize) write(changeEvent(change));
  });
  controller.on('epochEnd', (epoch) => {
    knowsValidation ||= 'val_loss' in epoch.logs;
    write(epochEvent(epoch));
  });
}
