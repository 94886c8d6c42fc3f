import { candidateAtLeast } from './ladder.js';
import type { NoiseEstimate, PolicyContext, PolicyDecision } from './types.js';

/** Why a rule without fresh statistics holds. */
export const WAITING: PolicyDecision = { reason: 'held until the next measured step' };
/** Why a rule without an estimate holds. */
export const COLLECTING: PolicyDecision = { reason: 'collecting gradient statistics' };

/** Three digits for a reader. */
export const shown = (x: number): number => Number(x.toPrecision(3));

/** The noise scale for a reader. */
export function noiseText({ noiseScale, isLowerBound }: NoiseEstimate): string {
  return `noise scale ${isLowerBound === true ? 'at least ' : ''}${shown(noiseScale)}`;
}

/** To the candidate that a rule aims at; a noise scale that is a lower bound only is no reason for a smaller batch. */
export function towards(
  size: number,
  says: string,
  { isLowerBound }: NoiseEstimate,
  batchSize: number,
): PolicyDecision {
  if (size === batchSize) return { reason: `${says}: kept` };
  if (size < batchSize && isLowerBound === true) return { reason: `${says}: no smaller, |G|² is lost in the noise` };
  return { batchSize: size, reason: says };
}

/**
 * After a test of the gradient's variance that `needed` examples pass. It fails: to the least candidate that passes. It passes: stays, or with
 * `shrink` goes down to that candidate, unless the noise is only known to be at least what it is.
 */
export function afterTest(
  needed: number,
  { name, shrink }: { readonly name: string; readonly shrink: boolean },
  { isLowerBound }: NoiseEstimate,
  { candidates, batchSize }: PolicyContext,
): PolicyDecision {
  const size = candidateAtLeast(needed, candidates);
  const needs = `it needs ${isLowerBound === true ? 'at least ' : ''}${shown(needed)}`;
  if (batchSize < needed) {
    const says = `the ${name} fails at ${batchSize}: ${needs}`;
    return size > batchSize ? { batchSize: size, reason: says } : { reason: `${says}, more than is offered` };
  }
  const says = `the ${name} passes at ${batchSize}: ${needs}`;
  return shrink && isLowerBound !== true && size < batchSize ? { batchSize: size, reason: says } : { reason: says };
}
