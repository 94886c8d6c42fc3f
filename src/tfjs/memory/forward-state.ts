import { dispose, engine, type Tensor, type Variable } from '@tensorflow/tfjs-core';

function variables(): Variable[] {
  return Object.values(engine().registeredVariables);
}

/** The data that a variable holds: another object after each assignment. */
function dataOf(all: readonly Variable[]): object[] {
  return all.map(({ dataId }) => dataId);
}

/** Undoes what a forward pass that is given up has written: moving averages of batch normalization. */
export class ForwardState {
  /** The variables that forward passes have been seen to write; before the first has ended, any that is not trained may be one. */
  readonly #written = new Set<Variable>();
  #isKnown = false;
  #before: Variable[] = [];
  #forwardEnd: object[] | undefined;

  /** Runs a forward pass and notes what it writes. */
  watch<Result>(forward: () => Result): Result {
    this.#forwardEnd = undefined;
    this.#before = variables();
    const start = dataOf(this.#before);
    const result = forward();
    const end = dataOf(this.#before);
    for (const [i, data] of end.entries()) if (data !== start[i]) this.#written.add(this.#before[i] as Variable);
    this.#forwardEnd = end;
    this.#isKnown = true;
    return result;
  }

  /** Whether any variable has changed since the forward pass ended: then an update has begun, and there is no way back. */
  get hasUpdateBegun(): boolean {
    const end = this.#forwardEnd;
    return end !== undefined && this.#before.some(({ dataId }, i) => dataId !== end[i]);
  }

  /**
   * Runs `run`; where it throws before any update, what its forward passes wrote is as it was.
   * @param all whether to guard every variable, and to take back what was written without a throw too
   */
  guard<Result>(run: () => Result, all = false): Result {
    this.#forwardEnd = undefined;
    const guarded =
      this.#isKnown && !all ? [...this.#written] : variables().filter(({ trainable }) => all || !trainable);
    const copies = guarded.map((variable) => variable.clone());
    const restore = (): void => {
      guarded.forEach((variable, i) => {
        const copy = copies[i] as Tensor;
        if (variable.dataId !== copy.dataId) variable.assign(copy);
      });
      this.#forwardEnd = undefined;
    };
    try {
      const result = run();
      if (all) restore();
      return result;
    } catch (thrown) {
      if (all || !this.hasUpdateBegun) restore();
      throw thrown;
    } finally {
      dispose(copies);
    }
  }
}
