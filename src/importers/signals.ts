import type { Signal } from '../core/types.js';
import type { RunLogHeader } from '../run-log/format.js';
import { isObject } from '../run-log/validate.js';

/** What a run log can tell. */
export const ALL_SIGNALS: readonly Signal[] = [
  'loss',
  'validationLoss',
  'learningRate',
  'batchSize',
  'time',
  'gradient',
];

/** What the run behind a header can tell: less than all where it came from another tool's log. */
export function signalsOfHeader({ about }: RunLogHeader): readonly Signal[] {
  const { imported } = about as { imported?: unknown };
  if (!isObject(imported) || !Array.isArray(imported.signals)) return ALL_SIGNALS;
  const told: readonly unknown[] = imported.signals;
  return ALL_SIGNALS.filter((signal) => told.includes(signal));
}
