import type { EngineResult } from '../../../bench/time-to-target/types.js';
import { taskResult } from '../policies/outcomes.js';

/** An easy task on native TensorFlow, unless told otherwise. */
export function engineResult(
  task: Parameters<typeof taskResult>[0] = {},
  other: Partial<Omit<EngineResult, 'result'>> = {},
): EngineResult {
  return { engine: 'native', ...other, result: taskResult(task) };
}
