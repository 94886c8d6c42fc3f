import { isAllocationFailure } from './allocation-failure.js';
import { cleanly } from './cleanly.js';

/** What a training can do without: undefined where memory runs out, and then nothing of it is left. Tensors of the result are to be kept. */
export function ifRoom<Result>(run: () => Result): Result | undefined {
  let result: Result | undefined;
  try {
    cleanly(() => {
      result = run();
      return [];
    });
  } catch (thrown) {
    if (!isAllocationFailure(thrown)) throw thrown;
    return undefined;
  }
  return result;
}
