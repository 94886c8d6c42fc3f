import type { AdamParameters, OptimizerKind } from '../../src/core/types.js';

/** An optimizer with its memory, worded as TensorFlow.js 4 words it. */
export interface SimulatedOptimizer {
  readonly kind: OptimizerKind;
  /** ρ, where it has one. */
  readonly momentum?: number;
  /** What Adam is made of. */
  readonly adam?: AdamParameters;
  /** The step it is about to make of `gradient`, over the learning rate (p), and c·D where it is not 1; changes nothing, valid until the next call. */
  direction(gradient: Float64Array): { readonly direction: Float64Array; readonly metric?: Float64Array };
  /** Makes the step. */
  apply(weights: Float64Array, gradient: Float64Array, learningRate: number): void;
}

/** Which optimizer, by name. */
export type OptimizerName = 'sgd' | 'momentum' | 'adam';

/** θ ← θ − ηg. */
function sgd(): SimulatedOptimizer {
  return {
    kind: 'sgd',
    direction: (gradient) => ({ direction: gradient }),
    apply(weights, gradient, learningRate) {
      for (let k = 0; k < weights.length; k++) {
        weights[k] = (weights[k] as number) - learningRate * (gradient[k] as number);
      }
    },
  };
}

/** V ← ρV + g, θ ← θ − ηV. */
function momentum(parameters: number, rho = 0.9): SimulatedOptimizer {
  const velocity = new Float64Array(parameters);
  const next = new Float64Array(parameters);
  return {
    kind: 'momentum',
    momentum: rho,
    direction(gradient) {
      for (let k = 0; k < parameters; k++) next[k] = rho * (velocity[k] as number) + (gradient[k] as number);
      return { direction: next };
    },
    apply(weights, gradient, learningRate) {
      for (let k = 0; k < parameters; k++) {
        const moved = rho * (velocity[k] as number) + (gradient[k] as number);
        velocity[k] = moved;
        weights[k] = (weights[k] as number) - learningRate * moved;
      }
    },
  };
}

/** m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − η·m̂/(√v̂ + ε). */
function adam(parameters: number, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7): SimulatedOptimizer {
  const [first, second] = [new Float64Array(parameters), new Float64Array(parameters)];
  const [direction, metric] = [new Float64Array(parameters), new Float64Array(parameters)];
  let [power1, power2] = [beta1, beta2];
  return {
    kind: 'adaptive',
    adam: { beta1, beta2, epsilon },
    direction(gradient) {
      for (let k = 0; k < parameters; k++) {
        const g = gradient[k] as number;
        const m = beta1 * (first[k] as number) + (1 - beta1) * g;
        const v = beta2 * (second[k] as number) + (1 - beta2) * g * g;
        const scale = 1 / ((1 - power1) * (Math.sqrt(v / (1 - power2)) + epsilon));
        direction[k] = m * scale;
        metric[k] = (1 - beta1) * scale;
      }
      return { direction, metric };
    },
    apply(weights, gradient, learningRate) {
      for (let k = 0; k < parameters; k++) {
        const g = gradient[k] as number;
        const m = beta1 * (first[k] as number) + (1 - beta1) * g;
        const v = beta2 * (second[k] as number) + (1 - beta2) * g * g;
        first[k] = m;
        second[k] = v;
        const step = m / (1 - power1) / (Math.sqrt(v / (1 - power2)) + epsilon);
        weights[k] = (weights[k] as number) - learningRate * step;
      }
      power1 *= beta1;
      power2 *= beta2;
    },
  };
}

/** An optimizer as new, for a model of so many parameters; momentum's ρ is 0.9, Adam's β are 0.9 and 0.999, its ε 1e-7. */
export function createOptimizer(name: OptimizerName, parameters: number): SimulatedOptimizer {
  if (name === 'sgd') return sgd();
  return name === 'momentum' ? momentum(parameters) : adam(parameters);
}
