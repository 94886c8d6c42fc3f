import 'uplot/dist/uPlot.min.css';
import './page.css';
import { type MemoryLog, memoryLog } from 'tfjs-adaptive-batch';
import { type Backend, startBackend } from './backends.js';
import { connectBoard } from './board.js';
import { connectControls } from './controls.js';
import { type Digits, fetchDigits } from './digits.js';
import { byId } from './elements.js';
import { formatNumber } from './format.js';
import { Gate } from './gate.js';
import { addEpoch, addStep, newRecord, type RunRecord } from './record.js';
import { addRun } from './runs-table.js';
import { MOST_EPOCHS, TARGET_LOSS, train, warmUp } from './training.js';

const READY = `Each run goes to a training loss of ${TARGET_LOSS}, or through ${MOST_EPOCHS} epochs.`;

const board = connectBoard();
const warm = new Set<Backend>();
let digits: Digits | undefined;
let gate = new Gate();
let log: MemoryLog | undefined;

const controls = connectControls({
  train() {
    if (digits !== undefined) void run(digits);
  },
  pause() {
    controls.setPhase('paused', 'Pausing…');
    gate.hold();
  },
  resume() {
    controls.setPhase('running', 'Training…');
    gate.release();
  },
  stop() {
    controls.setPhase('stopping', 'Stopping…');
    gate.stop();
  },
  download() {
    if (log !== undefined) save(log.blob(), 'run.jsonl');
  },
});

/** Hands a file to the reader. */
function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}

/** What is to be said of a run that is over. */
function outcomeOf({ epochs, secondsToTarget }: RunRecord): string {
  const count = `${formatNumber(epochs)} epoch${epochs === 1 ? '' : 's'}`;
  if (secondsToTarget !== undefined) return `The target is reached after ${count}.`;
  return epochs >= MOST_EPOCHS ? `The target is not reached in ${count}.` : `Stopped after ${count}.`;
}

async function prepare(backend: Backend, digits: Digits): Promise<void> {
  controls.setPhase('loading', `Starting the backend ${backend}…`);
  await startBackend(backend);
  if (warm.has(backend)) return;
  controls.setPhase('loading', `Warming up the backend ${backend}…`);
  await warmUp(digits);
  warm.add(backend);
}

async function trainOnce(record: RunRecord, digits: Digits): Promise<void> {
  const { reasons } = board;
  gate = new Gate();
  gate.onHeld = () => {
    board.drawNow();
    controls.setPhase('paused', `Paused after step ${formatNumber(record.seconds.length)}.`);
  };
  log = memoryLog();
  controls.setDownload(false);
  await train({
    digits,
    options: controls.choice.options(),
    log,
    gate,
    listener: {
      onStep(observation, estimates, decision) {
        addStep(record, observation, estimates);
        board.draw(decision);
        if (record.seconds.length === 1) {
          controls.setPhase('running', 'Training…');
          controls.setDownload(true);
        }
      },
      onChange: reasons.add,
      onEpoch: (_epoch, loss, accuracy) => addEpoch(record, accuracy, loss <= TARGET_LOSS),
    },
  });
}

async function run(digits: Digits): Promise<void> {
  const { choice, backend } = controls;
  const record = newRecord(choice.name, backend);
  controls.setError();
  let status = READY;
  try {
    await prepare(backend, digits);
    board.begin(record);
    await trainOnce(record, digits);
    status = `${outcomeOf(record)} ${READY}`;
    addRun(record);
  } catch (thrown) {
    controls.setError((thrown as Error).message);
  }
  board.drawNow();
  controls.setPhase('ready', status);
}

byId('target').textContent = `To a training loss of ${TARGET_LOSS}`;
try {
  digits = await fetchDigits(new URL('digits.csv.gz', document.baseURI).href);
  controls.setPhase('ready', READY);
} catch (thrown) {
  controls.setPhase('loading', '');
  controls.setError(`The digits cannot be loaded. ${(thrown as Error).message}`);
}
