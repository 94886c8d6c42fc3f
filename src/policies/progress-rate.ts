import { checkAtLeast, checkCount, checkGreater, checkKeys } from '../core/checks.js';
import {
  addRound,
  addStep,
  type Comparison,
  NO_ROUNDS,
  NO_WINDOW,
  type Speed,
  type SpeedWindow,
  STRETCHES,
  speedOf,
} from '../core/convergence-speed.js';
import type { Policy, PolicyContext, PolicyDecision } from '../core/types.js';

/** Options of {@link progressRate}; each has a safe default. */
export interface ProgressRateOptions {
  /** Examples that a speed is read over, after a fifth as many to settle; a whole number >= 10 [examples]. @defaultValue 10000 */
  readonly window?: number;
  /** Rest once neither neighbour was faster; a whole number >= 0 [examples]. @defaultValue 50000 */
  readonly rest?: number;
  /** Standard errors that a difference of speeds must exceed; > 0. @defaultValue 2 */
  readonly evidence?: number;
  /** F*, the least loss that can be reached; finite. @defaultValue 0 */
  readonly floor?: number;
}

/** State of {@link progressRate}. JSON, bounded. */
export type ProgressRateState = SpeedWindow & {
  /** The size that neighbours are compared with [examples]; 0: none yet. */
  readonly home: number;
  /** Which neighbour is next: the larger one, or the smaller. */
  readonly isUp: boolean;
  /** Neighbours that were no faster than this home. */
  readonly refused: number;
  readonly phase: 'home' | 'trial' | 'rest';
  /** Speeds last read of the home and of its neighbour. */
  readonly atHome: Speed | null;
  readonly atTrial: Speed | null;
  readonly comparison: Comparison;
  /** Windows that a speed is read over, at least 1. */
  readonly windows: number;
  /** Steps that a size asked for is being waited for; -1 once it is there. */
  readonly misses: number;
};

/** A comparison that has told nothing by then is taken for a draw. */
const MOST_ROUNDS = 4;
/** Windows that a speed is read over at most, twice as many after each draw. */
const MOST_WINDOWS = 16;
/** After so many steps that a size asked for has not come, the one in force is the home. */
const MOST_MISSES = 20;

const NO_COMPARISON = { atHome: null, atTrial: null, comparison: NO_ROUNDS, misses: -1 };
const NEW: ProgressRateState = {
  home: 0,
  isUp: true,
  refused: 0,
  phase: 'home',
  windows: 1,
  ...NO_WINDOW,
  ...NO_COMPARISON,
};

/** The candidate next to the home; undefined at the end of them. */
function neighbourOf({ home, isUp }: ProgressRateState, candidates: readonly number[]): number | undefined {
  return isUp ? candidates.find((size) => size > home) : candidates.findLast((size) => size < home);
}

type Answer = { readonly state: ProgressRateState; readonly decision: PolicyDecision };

/** On to the other neighbour, or to rest where that was refused before. */
function refuse(state: ProgressRateState, reason: string): Answer {
  const refused = state.refused + 1;
  const isDone = refused >= 2;
  const next = {
    ...state,
    ...NO_WINDOW,
    ...NO_COMPARISON,
    isUp: !state.isUp,
    refused: isDone ? 0 : refused,
    phase: isDone ? ('rest' as const) : ('home' as const),
  };
  return { state: next, decision: { batchSize: state.home, reason: isDone ? `${reason}; rests` : reason } };
}

/** Moves, refuses, or asks for another round. */
function settle(state: ProgressRateState, neighbour: number, evidence: number): Answer {
  const { home } = state;
  const { difference, variance, rounds } = state.comparison;
  const bound = evidence * Math.sqrt(variance);
  const seen = `${(difference / rounds).toPrecision(2)} ± ${(Math.sqrt(variance) / rounds).toPrecision(2)} per s`;
  if (difference > bound) {
    const moved = { ...NEW, home: neighbour, isUp: state.isUp, windows: state.windows };
    return { state: moved, decision: { batchSize: neighbour, reason: `${neighbour} is faster than ${home}: ${seen}` } };
  }
  if (difference < -bound) return refuse(state, `${neighbour} is slower than ${home}: ${seen}`);
  if (rounds >= MOST_ROUNDS) {
    const longer = { ...state, windows: Math.min(2 * state.windows, MOST_WINDOWS) };
    return refuse(longer, `${neighbour} is no faster than ${home}: ${seen}`);
  }
  const again = { ...state, ...NO_WINDOW, phase: 'trial' as const };
  return { state: again, decision: { batchSize: neighbour, reason: `${neighbour} against ${home} again: ${seen}` } };
}

/** What a whole window leads to. */
function concluded(state: ProgressRateState, speed: Speed, { candidates }: PolicyContext, evidence: number): Answer {
  const { home, phase, atHome, atTrial } = state;
  const neighbour = neighbourOf(state, candidates);
  if (neighbour === undefined) return refuse(state, `${home} is at the end of the candidates`);
  const next = { ...state, ...NO_WINDOW };
  if (phase === 'trial') {
    return {
      state: { ...next, phase: 'home', atTrial: speed },
      decision: { batchSize: home, reason: `back to ${home}` },
    };
  }
  if (atHome !== null && atTrial !== null) {
    const comparison = addRound(state.comparison, [atHome, atTrial, speed]);
    return settle({ ...state, comparison, atHome: speed, atTrial: null }, neighbour, evidence);
  }
  return {
    state: { ...next, phase: 'trial', atHome: speed },
    decision: { batchSize: neighbour, reason: `tries ${neighbour}` },
  };
}

/**
 * Climbs to the batch size with the greatest measured speed of convergence, −d log(F − F*)/dt: by the loss and the clock alone, whatever the
 * reason that a size is fast for.
 *
 * It reads the speed over a window of examples at the size in force, then at the next candidate, then at the first again (A−B−A), for speeds
 * fall as a training goes on, and adds up to four such rounds; after a draw it reads over twice as many examples, up to sixteen windows. It moves where the difference exceeds `evidence` standard errors, and goes on in that
 * direction; else it looks at the other neighbour; then it rests.
 *
 * Units: examples; speeds in 1/s. Limits: a new size settles for a fifth of the window first, yet a larger batch lowers the noise floor
 * of the loss for longer, which looks like speed; differences that drown in the noise of the loss over so many windows are not seen. F* matters
 * little: it changes both sides alike. A size set from outside is
 * the new one to compare with; one asked for that has not come after 20 steps is given up.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, { policy: progressRate({ window: 20_000 }) })
 */
export function progressRate(options: ProgressRateOptions = {}): Policy<ProgressRateState> {
  checkKeys('progressRate', options, ['window', 'rest', 'evidence', 'floor'] satisfies (keyof ProgressRateOptions)[]);
  const window = checkCount('progressRate: window', options.window ?? 10_000, STRETCHES);
  const rest = checkCount('progressRate: rest', options.rest ?? 50_000, 0);
  const evidence = checkGreater('progressRate: evidence', options.evidence ?? 2, 0);
  const floor = checkAtLeast('progressRate: floor', options.floor ?? 0, -Number.MAX_VALUE);

  return {
    name: 'progressRate',
    options: { window, rest, evidence, floor },
    needs: ['loss', 'time'],
    init: () => NEW,
    update(before, _estimates, context) {
      const { batchSize, observation, candidates } = context;
      const known = before.home === 0 ? { ...before, home: batchSize } : before;
      const { home, phase } = known;
      const asked = phase === 'trial' ? (neighbourOf(known, candidates) ?? home) : home;
      const hold = (state: ProgressRateState, reason: string): Answer => ({
        state,
        decision: asked === batchSize ? { reason } : { batchSize: asked, reason },
      });
      if (batchSize !== asked) {
        const misses = known.misses + 1;
        if (known.misses >= 0 && misses < MOST_MISSES) return hold({ ...known, misses }, `waits for ${asked}`);
        return { state: { ...NEW, home: batchSize }, decision: { reason: `${batchSize} was set from outside` } };
      }
      if (observation.short === true || !Number.isFinite(observation.stepMs))
        return hold(known, 'no step like the others');
      const length = phase === 'rest' ? Number.POSITIVE_INFINITY : window * known.windows;
      const state = { ...known, ...addStep(known, observation, length), misses: -1 };
      if (phase === 'rest') {
        if (state.examples < rest) return hold(state, `rests at ${home}`);
        return hold({ ...state, ...NO_WINDOW, phase: 'home' }, `compares ${home} with its neighbours`);
      }
      if (state.stretches.length < STRETCHES) return hold(state, `reads the speed of ${asked}`);
      const speed = speedOf(state.stretches, floor);
      if (speed === undefined)
        return hold({ ...state, ...NO_WINDOW }, 'the loss is not above its floor, or the clock stands');
      const { state: next, decision } = concluded(state, speed, context, evidence);
      return { state: { ...next, misses: decision.batchSize === batchSize ? -1 : 0 }, decision };
    },
  };
}
