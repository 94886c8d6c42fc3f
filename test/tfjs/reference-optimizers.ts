/** The step of an optimizer over its learning rate, and the part of it that the fresh gradient makes; plain arrays, in doubles. */
interface ReferenceStep {
  readonly direction: number[];
  /** c·D, entry by entry. */
  readonly preconditioner: number[];
}

/** One update after the other: what the published algorithm says, as TensorFlow.js 4 words it. */
export type ReferenceOptimizer = (gradient: readonly number[]) => ReferenceStep;

const EPSILON = 1e-7;

function momentum(rho: number, nesterov: boolean): ReferenceOptimizer {
  let velocity: number[] = [];
  return (gradient) => {
    velocity = gradient.map((g, i) => rho * (velocity[i] ?? 0) + g);
    const direction = nesterov ? velocity.map((v, i) => (gradient[i] as number) + rho * v) : velocity;
    return { direction, preconditioner: gradient.map(() => (nesterov ? 1 + rho : 1)) };
  };
}

/** Adam and Adamax: a running mean of the gradient over a running size of it. */
function firstMoment(
  beta1: number,
  sizeOf: (gradient: readonly number[], step: number) => number[],
): ReferenceOptimizer {
  let mean: number[] = [];
  let step = 0;
  return (gradient) => {
    step++;
    const correction = 1 - beta1 ** step;
    mean = gradient.map((g, i) => beta1 * (mean[i] ?? 0) + (1 - beta1) * g);
    const size = sizeOf(gradient, step);
    return {
      direction: mean.map((m, i) => m / correction / (size[i] as number)),
      preconditioner: size.map((s) => (1 - beta1) / correction / s),
    };
  };
}

function adam(beta1 = 0.9, beta2 = 0.999): ReferenceOptimizer {
  let square: number[] = [];
  return firstMoment(beta1, (gradient, step) => {
    square = gradient.map((g, i) => beta2 * (square[i] ?? 0) + (1 - beta2) * g * g);
    return square.map((v) => Math.sqrt(v / (1 - beta2 ** step)) + EPSILON);
  });
}

function adamax(beta1 = 0.9, beta2 = 0.999): ReferenceOptimizer {
  let largest: number[] = [];
  return firstMoment(beta1, (gradient) => {
    largest = gradient.map((g, i) => Math.max(beta2 * (largest[i] ?? 0), Math.abs(g)));
    return largest.map((u) => u + EPSILON);
  });
}

function rmsprop(decay: number, rho: number): ReferenceOptimizer {
  let square: number[] = [];
  let moment: number[] = [];
  return (gradient) => {
    square = gradient.map((g, i) => decay * (square[i] ?? 0) + (1 - decay) * g * g);
    const preconditioner = square.map((v) => 1 / Math.sqrt(v + EPSILON));
    moment = gradient.map((g, i) => rho * (moment[i] ?? 0) + g * (preconditioner[i] as number));
    return { direction: moment, preconditioner };
  };
}

function adagrad(initial = 0.1): ReferenceOptimizer {
  let sum: number[] = [];
  return (gradient) => {
    sum = gradient.map((g, i) => (sum[i] ?? initial) + g * g);
    const preconditioner = sum.map((v) => 1 / Math.sqrt(v + EPSILON));
    return { direction: gradient.map((g, i) => g * (preconditioner[i] as number)), preconditioner };
  };
}

/** TensorFlow.js divides by the sum of squares as it was before this gradient. */
function adadelta(rho = 0.95): ReferenceOptimizer {
  let squares: number[] = [];
  let updates: number[] = [];
  return (gradient) => {
    const preconditioner = gradient.map((_, i) =>
      Math.sqrt(((updates[i] ?? 0) + EPSILON) / ((squares[i] ?? 0) + EPSILON)),
    );
    const direction = gradient.map((g, i) => g * (preconditioner[i] as number));
    squares = gradient.map((g, i) => rho * (squares[i] ?? 0) + (1 - rho) * g * g);
    updates = direction.map((u, i) => rho * (updates[i] ?? 0) + (1 - rho) * u * u);
    return { direction, preconditioner };
  };
}

/** The reference of each optimizer in `OPTIMIZERS`, with the same settings. */
export const REFERENCES: Readonly<Record<string, () => ReferenceOptimizer>> = {
  sgd: () => momentum(0, false),
  momentum: () => momentum(0.9, false),
  nesterov: () => momentum(0.9, true),
  adam: () => adam(),
  adamax: () => adamax(),
  rmsprop: () => rmsprop(0.9, 0.5),
  adagrad: () => adagrad(),
  adadelta: () => adadelta(),
};
