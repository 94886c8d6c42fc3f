import { type Columns, QUANTITIES, type Quantity } from './types.js';

/** What other tools call a quantity; the first that is there is taken. */
const USUAL: Readonly<Record<Quantity, readonly (string | RegExp)[]>> = {
  loss: [
    'loss',
    'train_loss_step',
    'train_loss',
    'training_loss',
    'loss_step',
    'train/loss_step',
    'train/loss',
    'Loss/train',
    'batch_loss',
    'train_loss_epoch',
    'loss_epoch',
    'epoch_loss',
  ],
  validationLoss: [
    'val_loss',
    'validation_loss',
    'validationLoss',
    'valid_loss',
    'eval_loss',
    'eval/loss',
    'val/loss',
    'Loss/val',
    'Loss/validation',
    'val_loss_epoch',
    'epoch_val_loss',
  ],
  learningRate: [
    'learning_rate',
    'learningRate',
    'lr',
    'train/learning_rate',
    'batch_learning_rate',
    'epoch_learning_rate',
    'epoch_lr',
    /^lr-/,
  ],
  batchSize: ['batch_size', 'batchSize', 'train/batch_size', 'batch_batchSize', 'epoch_batchSize'],
  step: ['step', 'global_step'],
  epoch: ['epoch', 'train/epoch'],
  stepMs: ['step_ms', 'stepMs'],
};

function find(names: readonly string[], usual: readonly (string | RegExp)[]): string | undefined {
  for (const pattern of usual) {
    const found = names.find((name) => (typeof pattern === 'string' ? name === pattern : pattern.test(name)));
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Which of the columns holds which quantity: as the caller says, else by the usual names.
 * @param known quantities that the format gives by itself, not to be looked for
 * @throws TypeError where a column that the caller names is not there, or none holds a loss
 */
export function findColumns(
  file: string,
  names: readonly string[],
  given: Columns = {},
  known: readonly Quantity[] = [],
): Columns {
  const found: Partial<Record<Quantity, string>> = {};
  const list = names.join(', ') || 'none';
  for (const quantity of QUANTITIES) {
    const asked = given[quantity];
    if (asked !== undefined && !names.includes(asked)) {
      throw new TypeError(`${file}: there is no column '${asked}' for ${quantity}; there are ${list}`);
    }
    const column = asked ?? (known.includes(quantity) ? undefined : find(names, USUAL[quantity]));
    if (column !== undefined) found[quantity] = column;
  }
  if (found.loss === undefined) {
    throw new TypeError(`${file}: no column is known to hold the training loss; name one of ${list}`);
  }
  return found;
}
