import fc from 'fast-check';
import type { StepObservation } from '../../src/core/types.js';
import { type ProgressRateOptions, progressRate } from '../../src/policies/index.js';
import { policyContext } from '../support/contexts.js';
import { throughJson } from '../support/json.js';
import { plainObservation } from '../support/observations.js';
import { normal, uniform } from '../support/random.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';

const CANDIDATES = [16, 32, 64, 128, 256, 512, 1024];

/** Drives the policy, which is obeyed, from a size on. */
function driver(options: ProgressRateOptions, start = 16, candidates: readonly number[] = CANDIDATES) {
  const policy = progressRate(options);
  let state = policy.init();
  let batchSize = start;
  return (seen: (batchSize: number) => StepObservation) => {
    const context = policyContext({ candidates, batchSize, observation: seen(batchSize) });
    const answer = policy.update(state, {}, context);
    state = answer.state;
    batchSize = answer.decision.batchSize ?? batchSize;
    return { state, batchSize, reason: answer.decision.reason };
  };
}

/** How a training goes at each size: the loss falls by `gain(B)` of itself a step, which takes `ms(B)`. */
interface Course {
  readonly gain: (batchSize: number) => number;
  readonly ms: (batchSize: number) => number;
  /** Relative noise of a loss of one example. */
  readonly noise?: number;
  readonly seed?: number;
}

function courseOf({ gain, ms, noise = 0, seed = 1 }: Course): (batchSize: number) => StepObservation {
  const next = normal(uniform(seed));
  let [loss, step] = [2, 0];
  return (batchSize) => {
    step += 1;
    const seen = loss * (1 + (noise / Math.sqrt(batchSize)) * next());
    loss *= Math.exp(-gain(batchSize));
    return plainObservation({ step, batchSize, loss: seen, stepMs: ms(batchSize) });
  };
}

/** The sizes that are in force after each change, and why, as long as so many steps. */
function changesOver(steps: number, drive: ReturnType<typeof driver>, course: (batchSize: number) => StepObservation) {
  const changes: [number, string][] = [];
  let before = 0;
  for (let i = 0; i < steps; i++) {
    const { batchSize, reason } = drive(course);
    if (batchSize !== before) changes.push([batchSize, reason]);
    before = batchSize;
  }
  return changes;
}

const small = { window: 320, rest: 1000 };
/** Twice the gain for twice the batch at the same time. */
const LARGER_IS_FASTER: Course = { gain: (size) => size * 1e-5, ms: () => 10 };
const SMALLER_IS_FASTER: Course = { gain: () => 1e-3, ms: (size) => size };

describe('without noise', () => {
  test('reads home, neighbour, home; moves up, and goes on in that direction', () => {
    const changes = changesOver(400, driver(small), courseOf(LARGER_IS_FASTER));
    expect(changes.slice(0, 7).map(([size]) => size)).toEqual([16, 32, 16, 32, 64, 32, 64]);
    expect(changes.slice(0, 4).map(([, reason]) => reason)).toEqual([
      'reads the speed of 16',
      'tries 32',
      'back to 16',
      expect.stringMatching(/^32 is faster than 16: \S+ ± \S+ per s$/),
    ]);
  });

  test('a slower neighbour is refused, then the other one tried, then it rests', () => {
    const course = courseOf({ gain: (size) => (size === 64 ? 2e-3 : 1e-3), ms: () => 10 });
    const drive = driver({ ...small, rest: 10_000 }, 64);
    const changes = changesOver(60, drive, course).map(([size]) => size);
    expect(changes).toEqual([64, 128, 64, 32, 64]);
    const { state, reason } = drive(course);
    expect(reason).toBe('reads the speed of 64');
    expect(state).toMatchObject({ home: 64, phase: 'home', refused: 1 });
    const reasons = Array.from({ length: 20 }, () => drive(course).reason);
    expect(reasons.filter((one) => one.includes('slower'))).toEqual([
      expect.stringMatching(/^32 is slower than 64: .* per s; rests$/),
    ]);
    expect(reasons.at(-1)).toBe('rests at 64');
    expect(drive(course).state).toMatchObject({ home: 64, phase: 'rest', refused: 0, windows: 1 });
  });

  test('moves down where smaller is faster', () => {
    const changes = changesOver(2000, driver(small, 64), courseOf(SMALLER_IS_FASTER));
    expect(changes.at(-1)?.[0]).toBe(16);
    expect(changes.map(([, reason]) => reason).join()).toMatch('32 is faster than 64');
  });

  test('at the end of the candidates there is nothing to try', () => {
    const drive = driver({ window: 160 }, 16, [16]);
    const reasons = Array.from({ length: 30 }, () => drive(courseOf(LARGER_IS_FASTER)).reason);
    expect(reasons).toContain('16 is at the end of the candidates');
    expect(reasons).toContain('16 is at the end of the candidates; rests');
  });
});

test('a whole window: settles for a fifth of it, then ten stretches', () => {
  const drive = driver({ window: 1600, rest: 0 });
  const course = courseOf(LARGER_IS_FASTER);
  const states = Array.from({ length: 120 }, () => drive(course).state);
  expect(states[19]).toMatchObject({ examples: 320, stretch: { examples: 0 }, stretches: [] });
  expect(states[20]).toMatchObject({ examples: 336, stretch: { examples: 16, ms: 10 } });
  expect(states[28]?.stretches).toHaveLength(0);
  expect(states[29]?.stretches).toHaveLength(1);
  expect(states[29]?.stretches[0]?.[1]).toBe(100);
  expect(states[118]?.phase).toBe('home');
  expect(states[119]).toMatchObject({ phase: 'trial', examples: 0, atHome: { perSecond: expect.any(Number) } });
});

test('rests for as many examples as it says', () => {
  const drive = driver({ window: 160, rest: 480 }, 16, [16]);
  const course = courseOf(LARGER_IS_FASTER);
  const reasons = Array.from({ length: 100 }, () => drive(course).reason);
  const from = reasons.findIndex((reason) => reason.endsWith('; rests'));
  expect(reasons.slice(from + 1, from + 30)).toEqual(Array(29).fill('rests at 16'));
  expect(reasons[from + 30]).toBe('compares 16 with its neighbours');
});

/** Windows of given relative speeds, one after the other, whatever the size: what A − B − A makes of them. */
function afterWindows(speeds: readonly (readonly [fall: number, wobble: number])[], options: ProgressRateOptions = {}) {
  const drive = driver({ window: 160, rest: 0, ...options }, 16, [16, 32]);
  let state: ReturnType<typeof drive>['state'] | undefined;
  const wobbles = [1, -1, -1, 1, 1, -1, -1, 1, 1, -1];
  const reasons: string[] = [];
  for (const [fall, wobble] of speeds) {
    // Settles for a fifth of the window: two steps of 16, or one of 32.
    const settle = reasons.length % 2 === 0 ? 2 : 1;
    for (let i = 0; i < settle; i++) drive((batchSize) => plainObservation({ batchSize, loss: 1, stepMs: 100 }));
    let reason = '';
    for (const [i, sign] of wobbles.entries()) {
      const loss = 1 - (fall * (i - 4.5)) / 10 + wobble * sign;
      ({ reason, state } = drive((batchSize) => plainObservation({ batchSize, loss, stepMs: 100 })));
    }
    reasons.push(reason);
  }
  return Object.assign(reasons, { state });
}

describe('evidence', () => {
  test('a drift from window to window is no difference', () => {
    const reasons = afterWindows([
      [0.3, 0.01],
      [0.2, 0.01],
      [0.1, 0.01],
    ]);
    expect(reasons[2]).toMatch(/^32 against 16 again: -?\S+ ± \S+ per s$/);
  });

  // Each speed has the standard error of fall e = 10·√(10w²/8/82.5) = 0.01231 for a wobble w of 0.01 (less what the line takes of it), and the
  // difference √1.5 of that, over 1 s: 0.0151.
  test.each([
    [0.025, {}, 'again'],
    [0.035, {}, 'faster'],
    [-0.025, {}, 'again'],
    [-0.035, {}, 'slower'],
    [0.025, { evidence: 1.5 }, 'faster'],
    [0.035, { evidence: 2.5 }, 'again'],
  ])('a difference of %d with %j: %s', (difference, options, word) => {
    const reasons = afterWindows(
      [
        [0.1, 0.01],
        [0.1 + difference, 0.01],
        [0.1, 0.01],
      ],
      options,
    );
    expect(reasons[2]).toMatch(word);
  });

  test('rounds add up: what one does not show, four may', () => {
    const home = [0.1, 0.01] as const;
    const better = [0.12, 0.01] as const;
    const reasons = afterWindows([home, better, home, better, home, better, home, better, home]);
    expect(reasons[2]).toMatch('32 against 16 again: 0.020 ± 0.015 per s');
    // Two rounds: (2 trials + ¼ + 1 + ¼ of home) e²: 0.5·√3.5·e = 0.0115; three: 0.33·√5.5·e = 0.0096, of which 0.02 is more than twice.
    expect(reasons[4]).toMatch('32 against 16 again: 0.020 ± 0.012 per s');
    expect(reasons[6]).toMatch('32 is faster than 16: 0.020 ± 0.0096 per s');
  });

  test('after four rounds it is a draw, and the size stays', () => {
    const reasons = afterWindows(Array(9).fill([0.1, 0.01]));
    expect(reasons[6]).toMatch('32 against 16 again');
    expect(reasons[8]).toMatch(/^32 is no faster than 16: -?\S+ ± 0.0084 per s$/);
    expect(reasons.state).toMatchObject({ home: 16, phase: 'home', refused: 1, windows: 2 });
  });

  test('after each draw it looks twice as long, up to sixteen windows', () => {
    const drive = driver({ window: 160, rest: 0 }, 16, [16, 32]);
    const next = normal(uniform(3));
    const seen = new Set<number>();
    for (let i = 0; i < 20_000; i++) {
      const { state } = drive((batchSize) =>
        plainObservation({ batchSize, loss: 5 + 0.1 * next(), stepMs: batchSize }),
      );
      seen.add(state.windows);
    }
    expect([...seen]).toEqual([1, 2, 4, 8, 16]);
  });

  test('a window of several is as long, and settles as long', () => {
    const policy = progressRate({ window: 160 });
    let state = { ...policy.init(), home: 16, windows: 2 };
    const settled: number[] = [];
    for (let i = 0; i < 12; i++) {
      const context = policyContext({ observation: plainObservation({ loss: 1 }) });
      state = policy.update(state, {}, context).state as typeof state;
      settled.push(state.stretches.length);
    }
    expect(settled).toEqual([0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4]);
  });
});

describe('steps that are not like the others', () => {
  const plain = (batchSize: number): StepObservation => plainObservation({ batchSize, loss: 1, stepMs: 10 });

  test.each([
    ['a short batch', { short: true as const, batchSize: 5 }],
    ['a clock that broke', { stepMs: Number.POSITIVE_INFINITY }],
  ])('%s is left out', (_name, changes) => {
    const drive = driver(small);
    const { state } = drive(plain);
    const next = drive((batchSize) => plainObservation({ batchSize, loss: 1, ...changes }));
    expect(next.state).toEqual(state);
    expect(next.reason).toBe('no step like the others');
  });

  test('a size set from outside is the new home at once', () => {
    const policy = progressRate(small);
    const first = policy.update(policy.init(), {}, policyContext({ observation: plain(16) }));
    const { state, decision } = policy.update(
      first.state,
      {},
      policyContext({ batchSize: 64, observation: plain(64) }),
    );
    expect(decision).toEqual({ reason: '64 was set from outside' });
    expect(state).toEqual({ ...policy.init(), home: 64 });
  });

  /** The state in which the policy has just asked for 32. */
  function asking() {
    const policy = progressRate(small);
    let state = policy.init();
    for (let i = 0; state.phase === 'home' && i < 100; i++) {
      ({ state } = policy.update(state, {}, policyContext({ observation: plain(16) })));
    }
    const at = (batchSize: number) => {
      const answer = policy.update(state, {}, policyContext({ batchSize, observation: plain(batchSize) }));
      state = answer.state;
      return answer;
    };
    return at;
  }

  test('one asked for is waited for, nineteen steps', () => {
    const at = asking();
    for (let i = 1; i < 20; i++) {
      const { state, decision } = at(16);
      expect(decision).toEqual({ batchSize: 32, reason: 'waits for 32' });
      expect(state).toMatchObject({ phase: 'trial', misses: i, examples: 0 });
    }
    expect(at(16)).toMatchObject({
      decision: { reason: '16 was set from outside' },
      state: { home: 16, phase: 'home' },
    });
  });

  test('and if it comes late, all is well; once it was there it is not waited for again', () => {
    const at = asking();
    for (let i = 1; i < 19; i++) at(16);
    expect(at(32)).toMatchObject({
      decision: { reason: 'reads the speed of 32' },
      state: { home: 16, misses: -1, examples: 32 },
    });
    expect(at(16).decision).toEqual({ reason: '16 was set from outside' });
  });

  test('a loss at its floor has no speed: the window begins anew', () => {
    const drive = driver({ window: 160, floor: 1 });
    const reasons = Array.from({ length: 12 }, () => drive(plain).reason);
    expect(reasons[11]).toBe('the loss is not above its floor, or the clock stands');
    expect(drive(plain).state).toMatchObject({ phase: 'home', examples: 16 });
  });
});

/**
 * A step of B examples is worth B/(B + φ) and takes t0 + t1·B: the best size is √(t0·φ/t1) (Pollux). Ever slower, as trainings are.
 */
describe.each([
  [16, 64, 30_000],
  [512, 64, 30_000],
  [16, 256, 100_000],
])('from %d, the best being %d', (start, best, steps) => {
  const phi = (best * best) / 40;
  const speed = (size: number): number => size / (size + phi) / (40 + size);

  test.each([1, 2, 3, 4, 5])('ends there or beside it, seed %d', (seed) => {
    const drive = driver({ window: 10_000, rest: 20_000 }, start);
    let examples = 0;
    const course = courseOf({
      gain: (size) => {
        examples += size;
        return (0.01 * size) / (size + phi) / (1 + examples / 2e6);
      },
      ms: (size) => 0.05 * (40 + size),
      noise: 0.5,
      seed,
    });
    let home = 0;
    for (let i = 0; i < steps; i++) home = drive(course).state.home;
    expect(Math.max(...CANDIDATES.map(speed))).toBe(speed(best));
    expect(CANDIDATES.filter((size) => size >= best / 2 && size <= best * 2)).toContain(home);
  });
});

test('its state stays bounded over any course, and goes on from JSON', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 10, noNaN: true }), { minLength: 300, maxLength: 400 }),
      (losses) => {
        const policy = progressRate({ window: 160, rest: 100 });
        let state = policy.init();
        let batchSize = 16;
        for (const loss of losses) {
          const context = policyContext({ batchSize, observation: plainObservation({ batchSize, loss }) });
          const answer = policy.update(state, {}, context);
          expect(policy.update(throughJson(state), {}, context)).toEqual(answer);
          state = answer.state;
          batchSize = answer.decision.batchSize ?? batchSize;
          expect(JSON.stringify(state).length).toBeLessThan(1200);
        }
      },
    ),
    { numRuns: 10 },
  );
});

test('its defaults', () => {
  expect(progressRate().options).toEqual({ window: 10_000, rest: 50_000, evidence: 2, floor: 0 });
  expect(progressRate().needs).toEqual(['loss', 'time']);
});

rejects([
  [() => progressRate({ window: 9 }), 'progressRate: window', 'a whole number >= 10', '9'],
  [() => progressRate({ rest: -1 }), 'progressRate: rest', 'a whole number >= 0', '-1'],
  [() => progressRate({ evidence: 0 }), 'progressRate: evidence', 'a finite number > 0', '0'],
  [
    () => progressRate({ floor: Number.NaN }),
    'progressRate: floor',
    'a finite number >= -1.7976931348623157e+308',
    'NaN',
  ],
]);
rejectsUnknown('progressRate', progressRate);
