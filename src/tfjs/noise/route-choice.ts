import type { MeasureOptions } from '../../core/measuring.js';
import type { GradientRoute, GradientStatistics } from '../../core/types.js';
import { isPassRoute } from './routes.js';

/** Up to this batch size the closed form costs less than a second pass or about the same, and says more: `npm run bench:overhead`. */
const MOST_FOR_CLOSED_FORM = 256;
/** The closed form is not chosen unasked where it says nothing of more than a tenth of the parameters. */
const LEAST_COVERAGE = 0.9;

/** Measured batches that are cut in two to time a step, at most: enough readings, cold ones aside. */
const MOST_CUTS = 8;

/** The batch that a route is wanted for. */
export interface MeasuredBatch {
  readonly batchSize: number;
  /** Whether it runs as one micro-batch. */
  readonly isWhole: boolean;
  /** Whether the fixed cost of a step has been timed, which takes batches cut in two. */
  readonly isTimed: boolean;
}

/**
 * Which way the statistics are got.
 *
 * Asked for `auto`, it is the closed form for batches up to 256 where that covers the model and the examples do not see each other through batch
 * normalization, else micro-batches. Whatever is asked for, the first batches are cut in two until the step's time is known, and all where they are accumulated.
 */
export class RouteChoice {
  /** What layers do that the closed form has been seen to understand. */
  readonly verified = new Set<string>();
  readonly #asked: NonNullable<MeasureOptions['route']>;
  readonly #warn: (message: string) => void;
  #isUsable: boolean;
  #cuts = 0;

  /** @param isCoupled whether batch normalization lets the examples of a batch see each other */
  constructor(asked: MeasureOptions['route'], isCoupled: boolean, warn: (message: string) => void) {
    this.#asked = asked ?? 'auto';
    this.#warn = warn;
    this.#isUsable = this.#asked !== 'auto' || !isCoupled;
  }

  /** Whether every step's gradient is kept for the next. */
  get isTemporal(): boolean {
    return this.#asked === 'temporal';
  }

  /** Whether the closed form may run layers' backward passes example by example. */
  get isThorough(): boolean {
    return this.#asked !== 'auto';
  }

  /** The route for the next batch. */
  routeFor({ batchSize, isWhole, isTimed }: MeasuredBatch): GradientRoute {
    if (!isTimed && this.#cuts < MOST_CUTS) {
      this.#cuts++;
      return 'microBatches';
    }
    if (!isWhole || !this.#isUsable) return 'microBatches';
    if (this.#asked !== 'auto') {
      return this.isTemporal || isPassRoute(this.#asked) ? this.#asked : 'microBatches';
    }
    return batchSize <= MOST_FOR_CLOSED_FORM && isPassRoute('closedForm') ? 'closedForm' : 'microBatches';
  }

  /** Learns from what a route brought. @param isPossible whether it found anything to measure */
  learn(route: GradientRoute, isPossible: boolean, statistics: GradientStatistics | undefined): void {
    if (!isPassRoute(route)) return;
    const isTooLittle = this.#asked === 'auto' && (statistics?.coverage ?? 1) < LEAST_COVERAGE;
    if (isPossible && !isTooLittle) return;
    this.#isUsable = false;
    if (this.#asked === 'auto') return;
    this.#warn(`measure.route: '${route}' cannot follow this model or loss: micro-batches are measured instead`);
  }
}
