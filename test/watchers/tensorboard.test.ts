import fs, { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { AdaptiveController, StepObservation } from '../../src/core-entry.js';
import { importRun } from '../../src/formats-entry.js';
import { tensorBoard } from '../../src/watch-entry.js';
import { eventFiles, type Written, writtenIn } from './event-files.js';
import { controllerOf, FACTS, madeClock, stepOf } from './support.js';

const folder = (): string => join(mkdtempSync(join(tmpdir(), 'tensorboard-')), 'logs', 'run');

/** A training that is watched, by a clock of its own that began at second 1,700,000,000. */
function watched({ sizes, everyMs }: { sizes?: readonly number[]; everyMs?: number } = {}) {
  const path = folder();
  const clock = madeClock(1.7e12);
  const watch = tensorBoard(path, { now: clock.now, ...(everyMs !== undefined && { everyMs }) });
  const controller = controllerOf({ watch }, sizes);
  const warnings: string[] = [];
  controller.on('warning', (message) => warnings.push(message));
  const step = (step: number, ms: number, more: Partial<StepObservation> = {}): void => {
    clock.pass(ms);
    controller.observe(stepOf(step, more));
  };
  return { path, clock, controller, step, warnings, read: () => eventFiles(path).flatMap(writtenIn) };
}

const withTag = (written: readonly Written[], tag: string): [number, number | string][] =>
  written.filter((value) => value.tag === tag).map(({ step, value }) => [step, value]);

/** A run of one step, to its end. */
function shortRun(controller: AdaptiveController): void {
  controller.start(FACTS);
  controller.observe(stepOf(1));
  controller.end();
}

test('what a run showed stands in one file, by an independent reading', () => {
  const { controller, step, read, path } = watched();
  controller.start(FACTS);
  step(1, 100, { loss: 0.75 });
  step(2, 100, { loss: 0.5, stepMs: 12 });
  controller.endEpoch({ epoch: 0, logs: { loss: 0.625, val_loss: 0.7, acc: 0.25 } });
  controller.end();
  const float = Math.fround;
  const at = (wallTime: number, step: number, plugin: string, values: object): Written[] =>
    Object.entries(values).map(([tag, value]) => ({ wallTime, step, plugin, tag, value }));
  const setting = { 'adaptive/batchSize': 16, 'adaptive/learningRate': float(0.1) };
  expect(read()).toEqual([
    ...at(1.7e9, 0, 'text', { 'adaptive/reason': 'batch 16, rate 0.1: start' }),
    ...at(1700000000.1, 1, 'scalars', { ...setting, 'adaptive/loss': 0.75, 'adaptive/stepMs': 10 }),
    ...at(1700000000.2, 2, 'scalars', { ...setting, 'adaptive/loss': 0.5, 'adaptive/stepMs': 12 }),
    ...at(1700000000.2, 1, 'scalars', { 'epoch/loss': 0.625, 'epoch/val_loss': float(0.7), 'epoch/acc': 0.25 }),
  ]);
  expect(eventFiles(path).map((file) => basename(file))).toEqual([
    expect.stringMatching(/^events\.out\.tfevents\.1700000000\..+\.\d+\.\d+\.v2$/),
  ]);
});

test('a change of the batch size is written with its reason, and the steps on both sides of it', () => {
  const { controller, step, read } = watched({ sizes: [16, 16, 32, 32, 32], everyMs: 1e6 });
  controller.start(FACTS);
  for (const [i, batchSize] of [16, 16, 16, 32, 32].entries()) step(i + 1, 1, { batchSize });
  controller.end();
  const written = read();
  expect(withTag(written, 'adaptive/reason').slice(1)).toEqual([
    [3, expect.stringMatching(/^batch 16 → 32, rate 0\.1 → 0\.\d+: script 2$/)],
  ]);
  expect(withTag(written, 'adaptive/batchSize')).toEqual([
    [1, 16],
    [3, 16],
    [4, 32],
  ]);
});

test.each([
  [50, 10],
  [100, 5],
  [0, 40],
])('no more than a step in %d ms is written', (everyMs, count) => {
  const { controller, step, read } = watched({ everyMs });
  controller.start(FACTS);
  for (let i = 1; i <= 40; i++) step(i, 12.5);
  controller.end();
  expect(withTag(read(), 'adaptive/loss')).toHaveLength(count);
});

test('the short last batch of an epoch is no batch size', () => {
  const { controller, step, read } = watched();
  controller.start(FACTS);
  step(1, 100);
  step(2, 100, { batchSize: 3, short: true });
  controller.end();
  expect(withTag(read(), 'adaptive/batchSize')).toEqual([[1, 16]]);
  expect(withTag(read(), 'adaptive/loss')).toHaveLength(2);
});

test('the validation loss of a loop that tells no epochs is written; where epochs tell it, it stands there once', () => {
  const loop = watched({ everyMs: 1e6 });
  loop.controller.start(FACTS);
  loop.step(1, 1);
  loop.step(2, 1, { validationLoss: 0.5 });
  loop.controller.end();
  expect(withTag(loop.read(), 'adaptive/validationLoss')).toEqual([[2, 0.5]]);
  const fit = watched();
  fit.controller.start(FACTS);
  fit.step(1, 1);
  fit.controller.endEpoch({ epoch: 0, logs: { val_loss: 0.5 } });
  fit.step(2, 100, { validationLoss: 0.5 });
  fit.controller.end();
  expect(withTag(fit.read(), 'adaptive/validationLoss')).toEqual([]);
});

test('the file grows while the training goes on', async () => {
  const { controller, step, path } = watched();
  controller.start(FACTS);
  const [file] = eventFiles(path) as [string];
  let steps = 0;
  // A write comes back when the disk likes.
  while (readFileSync(file).length < 2000 && steps < 20_000) {
    step(++steps, 100);
    await turn();
  }
  expect(readFileSync(file).length).toBeGreaterThanOrEqual(2000);
  controller.end();
  expect(withTag(writtenIn(file), 'adaptive/loss')).toHaveLength(steps);
});

test('each run has its file, also within a second, and the names are in the order of the runs', () => {
  const path = folder();
  const watch = tensorBoard(path, { now: () => 1.7e12 });
  const controllers = [controllerOf({ watch }), controllerOf({ watch })] as const;
  for (const controller of [...controllers, controllers[0]]) shortRun(controller);
  const files = eventFiles(path);
  expect(files).toHaveLength(3);
  for (const file of files) expect(withTag(writtenIn(file), 'adaptive/loss')).toEqual([[1, 1]]);
});

test('the importer reads it back with all digits', async () => {
  const { controller, step, path } = watched();
  controller.start(FACTS);
  for (const [i, loss] of [0.1, 0.2, 0.3].entries()) step(i + 1, 100, { loss });
  controller.end();
  const columns = { loss: 'adaptive/loss', batchSize: 'adaptive/batchSize', learningRate: 'adaptive/learningRate' };
  const { records } = await importRun('tensorboard', fs.createReadStream(eventFiles(path)[0] as string), { columns });
  const losses: number[] = [];
  for await (const record of records) if (record.kind === 'step') losses.push(record.observation.loss);
  expect(losses).toEqual([0.1, 0.2, 0.3]);
});

test('a folder that goes away between construction and start is made again; one that cannot be made is a warning', () => {
  const gone = watched();
  rmSync(gone.path, { recursive: true });
  shortRun(gone.controller);
  expect(gone.read()).not.toHaveLength(0);
  const blocked = watched();
  rmSync(blocked.path, { recursive: true });
  writeFileSync(blocked.path, 'in the way');
  shortRun(blocked.controller);
  expect(blocked.warnings).toEqual([expect.stringMatching(/^tensorBoard: cannot write to '.*run': EEXIST/)]);
});

describe('refused at construction:', () => {
  test.each([[''], [7], [undefined]])('folder %j', (path) => {
    expect(() => tensorBoard(path as string)).toThrow(TypeError);
    expect(() => tensorBoard(path as string)).toThrow(/^tensorBoard: folder must be the path of a folder; got/);
  });

  test('a folder below a file, by its name', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'tensorboard-')), 'file');
    writeFileSync(file, '');
    expect(() => tensorBoard(join(file, 'run'))).toThrow(/^tensorBoard: cannot write to '.*run': ENOTDIR/);
  });

  test.each<[object, RegExp]>([
    [{ everyMs: -1 }, /^tensorBoard: everyMs must be a finite number >= 0; got -1/],
    [{ everyMs: Number.NaN }, /everyMs .* got NaN/],
    [{ every: 5 }, /^tensorBoard has no option 'every'/],
  ])('%j', (options, message) => {
    const path = folder();
    expect(() => tensorBoard(path, options)).toThrow(RangeError);
    expect(() => tensorBoard(path, options)).toThrow(message);
    expect(existsSync(path)).toBe(false);
  });
});
