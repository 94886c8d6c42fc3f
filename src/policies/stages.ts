import { checkCount, checkGreater, checkKeys } from '../core/checks.js';
import { wholePower } from '../core/power.js';
import { checkSpan, doneSoFar, type Span, type SpanUnit, spanOption } from '../core/span.js';
import { type KnownStage, knownStages, type Stage } from '../core/stage-list.js';
import type { DrawContext, Json, JsonObject, Policy } from '../core/types.js';

/** A batch size that grows by equal amounts, each after as many examples. */
export interface RampUp {
  /** First batch size [examples], a whole number >= 1. */
  readonly from: number;
  /** Last batch size [examples], a whole number >= from. Absent: the base batch size. */
  readonly to?: number;
  /** What the batch grows by at a time [examples], a whole number >= 1. */
  readonly increment: number;
  /** Over how many examples it grows [examples], a whole number >= 1. */
  readonly examples: number;
}

/** Options of {@link stages}: `every` with its two factors, or `at`, or `ramp`. */
export interface StagesOptions {
  /** Length of a stage: whole epochs or examples, >= 1. @defaultValue {"epochs":20} */
  readonly every?: Span;
  /** Factor on the batch from one stage to the next; > 0. @defaultValue 2 */
  readonly batchFactor?: number;
  /** Factor on the rate from one stage to the next; > 0. @defaultValue 0.75 */
  readonly rateFactor?: number;
  /** Stages one by one, all in epochs or all in examples, later ones later. @defaultValue none */
  readonly at?: readonly Stage[];
  /** A linear ramp-up. @defaultValue none */
  readonly ramp?: RampUp;
}

export type { Stage } from '../core/stage-list.js';

interface Asked {
  readonly batchSize: number;
  readonly learningRateScale: number;
  readonly reason: string;
}

/** What to ask for once so much is done. */
interface Course {
  readonly options: JsonObject;
  readonly unit: SpanUnit;
  at(done: number, context: DrawContext): Asked;
}

/** A factor on the rate that is neither 0 nor infinite, however many stages made it. */
const positive = (factor: number): number => Math.min(Math.max(factor, Number.MIN_VALUE), Number.MAX_VALUE);

/** The largest size that a factor on the base leads to [examples]. */
function capOf({ candidates, baseBatchSize }: DrawContext): number {
  return Math.max(candidates.at(-1) as number, baseBatchSize);
}

function everyCourse({ every = { epochs: 20 }, batchFactor = 2, rateFactor = 0.75 }: StagesOptions): Course {
  const { unit, count } = checkSpan('stages: every', every);
  checkGreater('stages: batchFactor', batchFactor, 0);
  checkGreater('stages: rateFactor', rateFactor, 0);
  return {
    options: { every: spanOption({ unit, count }), batchFactor, rateFactor },
    unit,
    at(done, context) {
      const stage = Math.floor(done / count);
      const [size, cap] = [context.baseBatchSize * wholePower(batchFactor, stage), capOf(context)];
      const isPast = size > cap;
      const scale = isPast
        ? (cap / context.baseBatchSize) * wholePower(rateFactor / batchFactor, stage)
        : wholePower(rateFactor, stage);
      return {
        batchSize: isPast ? cap : Math.max(1, Math.round(size)),
        learningRateScale: positive(scale),
        reason: `stage ${stage + 1}, each ${count} ${unit}${isPast ? ': the batch is at its largest' : ''}`,
      };
    },
  };
}

function listCourse(list: readonly Stage[]): Course {
  const { unit, known } = knownStages('stages: at', list);
  return {
    options: { at: list.map((stage) => ({ ...stage })) as Json[] },
    unit,
    at(done, context) {
      let count = 0;
      while (count < known.length && (known[count] as KnownStage).from <= done) count += 1;
      const { size, scale } = known[count - 1] ?? { size: { batchFactor: 1 }, scale: 1 };
      const reason = count === 0 ? 'before the first stage' : `stage ${count} of ${known.length}`;
      if ('batchSize' in size) return { batchSize: size.batchSize, learningRateScale: scale, reason };
      const [wanted, cap] = [size.batchFactor * context.baseBatchSize, capOf(context)];
      const within = Math.min(wanted, cap);
      return {
        batchSize: Math.max(1, Math.round(within)),
        learningRateScale: positive((scale * within) / wanted),
        reason: within < wanted ? `${reason}: the batch is at its largest` : reason,
      };
    },
  };
}

function rampCourse(ramp: RampUp): Course {
  if (typeof ramp !== 'object' || ramp === null) {
    throw new RangeError(
      `stages: ramp must be an object with from, increment and examples; got ${JSON.stringify(ramp)}`,
    );
  }
  checkKeys('stages: ramp', ramp, ['from', 'to', 'increment', 'examples']);
  const from = checkCount('stages: ramp.from', ramp.from);
  if (ramp.to !== undefined) checkCount('stages: ramp.to', ramp.to, from);
  const increment = checkCount('stages: ramp.increment', ramp.increment);
  const examples = checkCount('stages: ramp.examples', ramp.examples);
  return {
    options: { ramp: { ...ramp } },
    unit: 'examples',
    at(done, { baseBatchSize }) {
      const to = ramp.to ?? baseBatchSize;
      const increments = Math.max(0, Math.ceil((to - from) / increment));
      const made = Math.min(increments, Math.floor((done * increments) / examples));
      const batchSize = Math.min(from + made * increment, to);
      return { batchSize, learningRateScale: 1, reason: `ramp-up: ${made} of ${increments} increments` };
    },
  };
}

function courseOf(options: StagesOptions): Course {
  checkKeys('stages', options, ['every', 'batchFactor', 'rateFactor', 'at', 'ramp']);
  const { every, batchFactor, rateFactor, at, ramp } = options;
  const given = Object.entries({ 'every, batchFactor and rateFactor': every ?? batchFactor ?? rateFactor, at, ramp });
  const forms = given.filter(([, value]) => value !== undefined).map(([name]) => name);
  if (forms.length > 1) throw new RangeError(`stages must be given ${forms[0]} or ${forms[1]}, not both`);
  if (at !== undefined) return listCourse(at);
  return ramp === undefined ? everyCourse(options) : rampCourse(ramp);
}

/**
 * Batch size and rate by a plan: stages of equal length, a list of stages, or a linear ramp-up.
 *
 * - `every`, `batchFactor` β, `rateFactor` α: at stage n, from 0, B0·βⁿ at η·αⁿ (AdaBatch).
 * - `at`: each stage says from when on which size holds, in examples or as a multiple of the base batch size, and at which factor on the user's
 *   own rate (Smith 2018).
 * - `ramp`: `from`, then `increment` more after every `examples`/((to − from)/increment) examples, up to `to` (Megatron-LM).
 *
 * Sizes are asked for as named, whatever the candidates. Where a factor leads past the largest candidate B_max, the rate is lowered by
 * B_max/B in its stead; the option `maxBatchSize` moves that bound. The rate of the plan is a factor on what the learning-rate rule
 * sets, so a published plan wants `learningRate: none()`. Not in steps, which get longer with the batch. Units: examples; whole epochs.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, { policy: stages({ at: [{ epochs: 60, batchFactor: 5 }, { epochs: 120, learningRateScale: 0.2 }] }) })
 * @see Devarakonda et al. 2017, "AdaBatch", arXiv 1712.02029
 * @see Smith et al. 2018, "Don't decay the learning rate, increase the batch size", arXiv 1711.00489
 */
export function stages(options: StagesOptions = {}): Policy<null> {
  const course = courseOf(options);
  return {
    name: 'stages',
    options: course.options,
    needs: [],
    init: () => null,
    start: (context) => course.at(0, context).batchSize,
    update(state, _estimates, context) {
      const done = doneSoFar(course.unit, context.observation, context.facts);
      return { state, decision: course.at(done, context) };
    },
  };
}
