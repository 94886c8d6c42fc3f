import { type Command, InvalidArgumentError, Option } from 'commander';
import type { OptimizerKind, RunFacts } from '../core/types.js';
import { FOREIGN_FORMATS, type FormatName, QUANTITIES } from '../importers/index.js';
import type { Columns, Quantity } from '../importers/types.js';
import { assignment } from './description.js';
import type { InputOptions } from './input.js';

export const FORMATS: readonly FormatName[] = ['run-log', ...FOREIGN_FORMATS];

const OPTIMIZERS: readonly OptimizerKind[] = ['sgd', 'momentum', 'adaptive'];

/** Flags of the logs, as commander has them. */
export interface InputFlags {
  readonly from?: FormatName;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly datasetSize?: number;
  readonly optimizer?: OptimizerKind;
  readonly column?: Columns;
}

function count(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError('It must be a whole number >= 1.');
}

function rate(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number) && number >= 0) return number;
  throw new InvalidArgumentError('It must be a number >= 0.');
}

function column(text: string, before: Columns = {}): Columns {
  const [quantity, name] = assignment(text, '--column');
  if (!QUANTITIES.includes(quantity as Quantity)) {
    throw new InvalidArgumentError(`It must be one of ${QUANTITIES.join(', ')}.`);
  }
  return { ...before, [quantity]: name };
}

/** Adds a text to those before: a flag that may be given several times. */
export function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** The flags that tell what a log of another tool does not. */
export function withInputFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--from <format>', 'format of the logs, where it is not told by how they start').choices(FORMATS),
    )
    .option('--batch-size <examples>', 'batch size of an imported run', count)
    .option('--learning-rate <rate>', 'learning rate of an imported run', rate)
    .option('--dataset-size <examples>', 'size of the data of an imported run', count)
    .addOption(new Option('--optimizer <kind>', 'optimizer of an imported run').choices(OPTIMIZERS))
    .option('--column <quantity=name>', `column that holds ${QUANTITIES.join(', ')}`, column);
}

/** The flags that choose what decides. */
export function withDecidingFlags(command: Command): Command {
  return command
    .option('-r, --rule <rule>', 'learning-rate rule, such as linear or adaScale:power=0.5')
    .option('--schedule <schedule>', 'schedule of the learning rate, such as cosine:epochs=30')
    .option(
      '-s, --set <name=value>',
      'another option, such as memory=4000 or measure.every=10; may be repeated',
      collected,
    );
}

/** The flags of a command that writes a file. */
export function withOutputFlags(command: Command): Command {
  return command
    .option('-o, --output <file>', 'write there; - for standard output', '-')
    .option('-f, --force', 'overwrite the output');
}

/** What the flags say of the logs. */
export function inputOptions({
  from,
  batchSize,
  learningRate,
  datasetSize,
  optimizer,
  column,
}: InputFlags): InputOptions {
  const facts: Partial<RunFacts> = {
    ...(batchSize !== undefined && { baseBatchSize: batchSize }),
    ...(learningRate !== undefined && { baseLearningRate: learningRate }),
    ...(datasetSize !== undefined && { datasetSize }),
    ...(optimizer !== undefined && { optimizer }),
  };
  return { ...(from !== undefined && { from }), facts, columns: column ?? {} };
}
