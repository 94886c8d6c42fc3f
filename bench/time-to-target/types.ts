import type { TaskResult } from '../policies/types.js';
import type { Engine } from '../support/engine.js';

/** What one process found for one task on one engine. */
export interface EngineResult {
  readonly engine: Engine;
  /** The device, where it is another than the processor. */
  readonly device?: string;
  readonly result: TaskResult;
}
