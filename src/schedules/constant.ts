import type { LearningRateSchedule } from '../core/types.js';

/** The user's own rate from begin to end. */
export function constant(): LearningRateSchedule {
  return { name: 'constant', options: {}, factor: () => 1 };
}
