import { freshNoise } from './fresh-noise.js';
import type { LossFloor } from './loss-floor.js';
import type { Estimates, PolicyContext, RunFacts } from './types.js';

/** The least and the most of something. */
export type Span = { readonly least: number; readonly most: number };

/** How the rate is matched. */
interface MatchedRateOptions {
  /** κ. */
  readonly share: number;
  /** F*. */
  readonly floor: 'estimated' | number;
}

/** The loss counts as at least this share of itself above its floor. */
const LEAST_GAP = 0.1;
/** The rate is let be up to so many times the matched one at the most that the gap may be. */
const BAND = 2;

/** Whether it is a finite number > 0. */
export function isPositive(value: number): boolean {
  return value > 0 && Number.isFinite(value);
}

/** F − F*. Without an estimate F* may be anything from 0 on. */
function gapAbove(floor: MatchedRateOptions['floor'], known: LossFloor | null, loss: number): Span {
  const least = LEAST_GAP * Math.abs(loss);
  const at = floor === 'estimated' ? known : { least: floor, most: floor };
  if (at === null) return { least, most: Math.abs(loss) };
  return { least: Math.max(least, loss - at.most), most: Math.max(least, loss - at.least) };
}

/** What the fresh part of one step is of all that its gradient will move: 1 − ρ, or Adam's 1 − β₁. */
function freshShare({ optimizer, momentum, adam }: RunFacts): number {
  return 1 - (optimizer === 'adaptive' ? (adam?.beta1 ?? 0) : (momentum ?? 0));
}

/**
 * Factors on the user's rate that suit the loss at a size: from κ·B·(1 − ρ)·(F − F*)/trΣ at the highest floor to twice that at the lowest.
 * @param known what is known of the floor, where it is estimated
 * @returns undefined where the statistics are missing or make no rate
 */
export function suitingRates(
  { share, floor }: MatchedRateOptions,
  known: LossFloor | null,
  { loss, noise }: Estimates,
  { observation, facts }: PolicyContext,
  size: number,
): Span | undefined {
  const { gradient, baseLearningRate } = observation;
  if (gradient === undefined || loss === undefined || noise === undefined) return undefined;
  const gap = gapAbove(floor, known, loss);
  const perGap = (share * size * freshShare(facts)) / (freshNoise(noise, gradient) * baseLearningRate);
  const [least, most] = [perGap * gap.least, BAND * perGap * gap.most];
  return isPositive(least) && isPositive(most) ? { least, most } : undefined;
}
