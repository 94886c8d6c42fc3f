import fc from 'fast-check';
import { type MeasuredStep, readStationarity, type StationarityReading } from '../../src/core/stationarity.js';
import type { RunFacts } from '../../src/core/types.js';
import { RUN_FACTS } from '../support/contexts.js';
import { gradientStatistics } from '../support/observations.js';

const MOMENTUM: RunFacts = { ...RUN_FACTS, optimizer: 'momentum', momentum: 0.9 };
const ADAPTIVE: RunFacts = { ...RUN_FACTS, optimizer: 'adaptive' };

function step(gradient: Parameters<typeof gradientStatistics>[0], changes: Partial<MeasuredStep> = {}): MeasuredStep {
  return {
    gradient: gradientStatistics(gradient),
    learningRate: 0.1,
    batchSize: 16,
    lastBatchSize: 16,
    ...changes,
  };
}

const read = (...given: Parameters<typeof readStationarity>) => readStationarity(...given) as StationarityReading;

/** SGD on hθ²/2 with gradient noise of variance q, carried on as exact second moments of (θ, v) until they rest. */
function momentsAtRest(h: number, q: number, rate: number, rho: number, nesterov: boolean) {
  let [tt, tv, vv] = [0, 0, 0];
  const now = () => {
    const tg = h * tt;
    const gv = h * tv;
    const gg = h * h * tt + q;
    const [tw, ww, gw] = [rho * tv + tg, rho * rho * vv + 2 * rho * gv + gg, rho * gv + gg];
    const p = nesterov
      ? { tp: tg + rho * tw, pp: gg + 2 * rho * gw + rho * rho * ww, gp: gg + rho * gw, wp: gw + rho * ww }
      : { tp: tw, pp: ww, gp: gw, wp: ww };
    return { tg, gg, ww, tw, ...p };
  };
  for (let i = 0; i < 20_000; i++) {
    const { tp, pp, ww, tw, wp } = now();
    [tt, tv, vv] = [tt - 2 * rate * tp + rate * rate * pp, tw - rate * wp, ww];
  }
  return now();
}

/** The statistics of a step in the mean, at rest. */
function atRest(h: number, rate: number, rho: number, nesterov: boolean) {
  const { tg, gg, pp, gp, ww } = momentsAtRest(h, 2, rate, rho, nesterov);
  const gradient = {
    squaredNormOfMean: gg,
    meanProjection: gp,
    freshProjection: nesterov ? (1 + rho) * gg : gg,
    weightProjection: tg,
    squaredNormOfStep: pp,
  };
  return { gradient, ww };
}

describe.each([
  ['sgd', 0, false],
  ['momentum', 0.5, false],
  ['momentum', 0.9, false],
  ['momentum', 0.5, true],
  ['momentum', 0.9, true],
] as const)('%s, ρ = %d, Nesterov %p, at rest in a bowl', (optimizer, momentum, nesterov) => {
  const facts: RunFacts = { ...RUN_FACTS, optimizer, momentum };

  test.each([0.05, 0.3, 1])('of curvature %d yaida and sasa are 0 in the mean', (h) => {
    const { gradient } = atRest(h, 0.1, momentum, nesterov);
    for (const test of ['yaida', 'sasa'] as const) {
      const { value, scale } = read(test, step(gradient), facts);
      expect(scale).toBeGreaterThan(0);
      expect(Math.abs(value / scale)).toBeLessThan(1e-6);
    }
  });

  test.each([0.05, 0.3, 1])('of curvature %d pflug is below 0', (h) => {
    if (optimizer === 'sgd') return;
    const { gradient, ww } = atRest(h, 0.1, momentum, nesterov);
    const { value } = read('pflug', step(gradient), facts);
    expect(value).toBeLessThan(0);
    // ρ·E[g·V before] = −ρ(η/2)·h·E[V²].
    if (!nesterov) expect(value / (-momentum * 0.05 * h * ww)).toBeCloseTo(1, 6);
  });
});

describe('by hand', () => {
  const gradient = { squaredNormOfMean: 4, meanProjection: 3, freshProjection: 4, squaredNormOfStep: 10 };

  test('yaida and sasa: θ·g − (η/2)(1 + ρ)|V|²', () => {
    for (const test of ['yaida', 'sasa'] as const) {
      const { value, scale } = read(test, step({ ...gradient, weightProjection: 1 }), MOMENTUM);
      expect([value, scale]).toEqual([expect.closeTo(0.05, 12), expect.closeTo(0.95, 12)]);
      expect(read(test, step({ ...gradient, weightProjection: 1 }), RUN_FACTS)).toEqual({ value: 0.5, scale: 0.5 });
      const { optimizer: _none, ...unsaid } = { ...RUN_FACTS, optimizer: undefined };
      expect(read(test, step({ ...gradient, weightProjection: 1 }), unsaid)).toEqual({ value: 0.5, scale: 0.5 });
    }
  });

  test('Nesterov is told by g·d, from half way on', () => {
    const scaleAt = (freshProjection: number): number =>
      read('sasa', step({ ...gradient, freshProjection, weightProjection: 1 }), MOMENTUM).scale;
    expect(scaleAt(4 * 1.45)).toBeCloseTo(0.95, 12);
    // (1.9/0.9)(10 + 4 − 6) + 4, times η/2.
    expect(scaleAt(4 * 1.46)).toBeCloseTo(0.05 * ((1.9 / 0.9) * 8 + 4), 12);
  });

  test('pflug: g·p − g·d, against |g|²', () => {
    for (const facts of [MOMENTUM, ADAPTIVE]) {
      expect(read('pflug', step(gradient), facts)).toEqual({ value: -1, scale: 4 });
    }
  });

  test('pflug by the temporal route: |g|² − |x·g|', () => {
    // w = 16·48/64 = 12, (x·g)² = 9.
    const temporal = step({ ...gradient, route: 'temporal', projectionDeviations: 108 }, { lastBatchSize: 48 });
    expect(read('pflug', temporal, RUN_FACTS)).toEqual({ value: 1, scale: 4 });
  });
});

test('the temporal route has g·g before exactly where it is at most |g|², else less', () => {
  const component = fc.double({ min: -3, max: 3, noNaN: true });
  const vector = fc.tuple(component, component, component);
  const sizes = fc.integer({ min: 1, max: 99 });
  fc.assert(
    fc.property(vector, vector, sizes, sizes, (g, last, batchSize, lastBatchSize) => {
      const dot = (a: readonly number[], b: readonly number[]): number =>
        a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
      const x = g.map((value, i) => value - (last[i] as number));
      const weight = (batchSize * lastBatchSize) / (batchSize + lastBatchSize);
      const gradient = {
        route: 'temporal' as const,
        squaredNormOfMean: dot(g, g),
        projectionDeviations: weight * dot(x, g) ** 2,
      };
      const { value } = read('pflug', step(gradient, { batchSize, lastBatchSize }), RUN_FACTS);
      const truth = dot(g, last);
      const excess = Math.max(0, truth - dot(g, g));
      expect(value).toBeCloseTo(truth - 2 * excess, 6);
    }),
  );
});

describe('says why there is no reading', () => {
  const told = { weightProjection: 1, squaredNormOfStep: 10 };
  const plain = "pflug: plain SGD keeps nothing of the step before; measure with route 'temporal', or use momentum";
  const { momentum: _unknown, ...noMomentum } = MOMENTUM;
  test.each([
    ['pflug', step(told), RUN_FACTS, plain],
    [
      'pflug',
      step({ ...told, meanProjection: 7.25 }),
      ADAPTIVE,
      'pflug: this optimizer keeps nothing of the step before',
    ],
    ['sasa', step(told), ADAPTIVE, "sasa: holds for SGD and momentum only; test 'pflug' also for Adam"],
    ['yaida', step(told), ADAPTIVE, "yaida: holds for SGD and momentum only; test 'pflug' also for Adam"],
    ['sasa', step(told), noMomentum, 'sasa: the momentum is not known'],
    ['sasa', step({ weightProjection: 1 }), MOMENTUM, 'sasa: g·θ and |p|² were not measured'],
    ['yaida', step({ squaredNormOfStep: 1 }), MOMENTUM, 'yaida: g·θ and |p|² were not measured'],
  ] as const)('%s', (test, seen, facts, reason) => {
    expect(readStationarity(test, seen, facts)).toBe(reason);
  });

  test.each([
    [0.9e-5, true],
    [1.1e-5, false],
  ])('a kept part of %d of g·p is rounding: %p', (part, isNone) => {
    const seen = step({ meanProjection: 1, freshProjection: 1 - part });
    expect(typeof readStationarity('pflug', seen, ADAPTIVE)).toBe(isNone ? 'string' : 'object');
  });
});
