import { generator } from '../../src/core/random.js';
import { normal } from './normal.js';

/** T(m) = t0 + t1·m [ms]. */
export interface ModelledTime {
  /** Of a pass, however small [ms]. */
  readonly t0: number;
  /** Of one example more [ms]. */
  readonly t1: number;
  /** Standard deviation of a step's time over its mean. @defaultValue 0 */
  readonly noise?: number;
  /** What measuring a batch costs besides [ms]. @defaultValue 0.2·t0 + 0.3·t1·B */
  readonly measureMs?: (batchSize: number) => number;
}

/** The times of a machine with this model. */
export function modelledClock({ t0, t1, noise = 0, measureMs }: ModelledTime, seed: number) {
  const random = generator(3 * seed + 2);
  return {
    stepMs(batchSize: number, passes: number): number {
      const mean = t0 * passes + t1 * batchSize;
      return noise === 0 ? mean : mean * Math.max(1 + noise * normal(random), 0.1);
    },
    measureMs: measureMs ?? ((batchSize: number): number => 0.2 * t0 + 0.3 * t1 * batchSize),
  };
}
