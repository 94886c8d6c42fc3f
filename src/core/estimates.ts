/** Gradient noise, smoothed. */
export interface NoiseEstimate {
  /** Ŝ: trace of the covariance of one example's gradient. */
  readonly traceOfCovariance: number;
  /** Ĝ²: squared norm of the true gradient, unbiased; can be <= 0. */
  readonly squaredGradientNorm: number;
  /** B_simple = tr(DΣ) / GᵀDG [examples], D the optimizer's preconditioner; finite, see the estimator for its bound. */
  readonly noiseScale: number;
  /** Standard error of {@link noiseScale} [examples], from the spread of the readings. */
  readonly standardError: number;
  /** Present where |G|² is not distinguishable from 0: the noise scale is then at least what is given. */
  readonly isLowerBound?: true;
  /** Degrees of freedom of the trace, old ones fading. */
  readonly degreesOfFreedom: number;
  /** Measured steps so far. */
  readonly measurements: number;
}

/** Gradient noise of one layer, smoothed. */
export interface LayerNoiseEstimate {
  readonly layer: string;
  /** Number of weights. */
  readonly parameters: number;
  readonly traceOfCovariance: number;
  /** Unbiased; can be <= 0. */
  readonly squaredGradientNorm: number;
  /** [examples], in the plain metric; finite, as the whole model's. */
  readonly noiseScale: number;
}

/** The walk of the loss: one step lowers it by η·x, x ~ N(μ, σ²/m). */
export interface WalkEstimate {
  /** μ. */
  readonly drift: number;
  /** σ², per example. */
  readonly variance: number;
  /** The batch size at which the optimizer's step was seen [examples]. */
  readonly batchSize: number;
  /** Standard error of μ; absent where a single reading cannot tell. */
  readonly driftError?: number;
  /** Standard error of σ²; absent where a single reading cannot tell. */
  readonly varianceError?: number;
  /** Degrees of freedom of σ², old ones fading. */
  readonly degreesOfFreedom: number;
}

/** T(m) = fixedMs + perExampleMs·m, and what one more pass over the same examples adds. */
export interface TimeEstimate {
  /** t0 [ms]. */
  readonly fixedMs: number;
  /** t1 [ms per example]. */
  readonly perExampleMs: number;
  /** Cost of cutting a batch into one micro-batch more [ms]. */
  readonly perMicroBatchMs: number;
}

/** How far a training has come, on clocks that do not depend on the length of a step. */
export interface ProgressEstimate {
  /** Examples seen. */
  readonly examples: number;
  /**
   * AdaScale's scale-invariant progress: each step counts for B0·r examples, r the gain of its batch, as the base would have had to see.
   * @see Johnson et al. 2020, "AdaScale SGD", arXiv 2007.05105
   */
  readonly gainedExamples: number;
}

/** What the estimators know after an observation. A quantity not known yet is absent, never NaN or 0. */
export interface Estimates {
  readonly progress?: ProgressEstimate;
  /** Smoothed training loss. */
  readonly loss?: number;
  readonly noise?: NoiseEstimate;
  /** Layer by layer, the noisiest first; only where measured so. */
  readonly layers?: readonly LayerNoiseEstimate[];
  /** Smoothed, with the bias of |g|² removed from μ. */
  readonly walk?: WalkEstimate;
  /** The walk from the batch at hand alone, as the 2017 paper has it; only on measured steps. */
  readonly walkAtHand?: WalkEstimate & { readonly loss: number };
  readonly time?: TimeEstimate;
  /** Share of the training time that measuring took, in [0, 1], old steps fading. */
  readonly measuringShare?: number;
  /** Largest factor on the user's rate that a rule may still set, since the loss jumped under a larger one; absent: no bound. */
  readonly rateCeiling?: number;
  /** The validation loss last seen. */
  readonly validationLoss?: number;
}
