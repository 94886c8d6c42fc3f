import { mul, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { GradientRoute, GradientStatistics } from '../../core/types.js';
import { flatten, type GradientList } from './gradient-list.js';
import { grouped } from './grouped.js';
import { isExact, layerOf, type MeasuredUpdate, type Measurement, stepStatistics, within } from './measurement.js';
import { type Dot, Readback, total } from './readback.js';
import { isPlain, type StepDirection, stepDirection } from './step-direction.js';

/** Inner products of one layer, or of all. */
interface Products {
  readonly layer: string;
  readonly parameters: number;
  readonly gg: Dot;
  readonly gp: Dot;
  readonly gd: Dot;
  /** g·θ and p·p. */
  readonly gw: Dot;
  readonly pp: Dot;
  readonly xx: Dot;
  readonly xDx: Dot;
  readonly xd: Dot;
}

/** Variables of more entries than this are not copied to be joined with others. */
const MOST_JOINED = 2 ** 14;

type Group = { readonly layer: string; readonly indices: readonly number[] };

/** The variables that have a gradient, by layer if asked for: small ones together, which takes fewer operations, large ones each alone. */
function groupsOf({ variables, mean, isByLayer }: MeasuredUpdate): Group[] {
  const trained = mean.flatMap((entry, i) => (entry === null ? [] : [i]));
  const isLarge = (i: number): boolean => (mean[i] as Tensor).size > MOST_JOINED;
  const layers = grouped(trained, (i) => (isByLayer ? layerOf(variables[i] as Variable) : ''));
  return [...layers].flatMap(([layer, all]) => {
    const small = all.filter((i) => !isLarge(i));
    const alone = all.filter(isLarge).map((i) => ({ layer, indices: [i] }));
    return small.length === 0 ? alone : [...alone, { layer, indices: small }];
  });
}

/** The entries of some variables in one vector; of one variable as they are. */
function joined(list: readonly Tensor[]): Tensor {
  return list.length === 1 ? (list[0] as Tensor) : flatten(list);
}

function productsOf(
  readback: Readback,
  { optimizer, variables, mean }: MeasuredUpdate,
  difference: GradientList,
  { layer, indices }: Group,
): Products {
  const pick = (list: GradientList): Tensor => joined(indices.map((i) => list[i] as Tensor));
  const g = pick(mean);
  // Gone before the difference is joined.
  const gw = within(() => readback.dot(g, pick(variables)));
  const x = pick(difference);
  const gg = readback.dot(g, g);
  const steps: readonly StepDirection[] = indices.map((i) => stepDirection(optimizer, mean[i] as Tensor, i));
  const p = isPlain(optimizer) ? g : joined(steps.map(({ direction }) => direction));
  const gp = p === g ? gg : readback.dot(g, p);
  const pp = p === g ? gg : readback.dot(p, p);
  const known = { layer, parameters: g.size, gg, gp, gw, pp, xx: readback.dot(x, x) };
  const share = steps[0]?.preconditioner;
  if (typeof share === 'number') {
    const xg = readback.dot(x, g);
    return {
      ...known,
      gd: (values) => share * gg(values),
      xDx: (values) => share * known.xx(values),
      xd: (values) => share * xg(values),
    };
  }
  const metric = joined(steps.map(({ preconditioner }) => preconditioner as Tensor));
  const d = mul(metric, g);
  return { ...known, gd: readback.dot(g, d), xDx: readback.dot(x, mul(metric, x)), xd: readback.dot(x, d) };
}

/**
 * The statistics of two gradients x = g₁ − g₂ apart, of b₁ and b₂ examples: with the harmonic weight w = b₁b₂/(b₁ + b₂),
 * Σ b_i|g_i − g|² = w|x|², Σ b_i((g_i − g)·d)² = w(x·d)². The difference is taken before any squaring, so nothing cancels.
 *
 * @param weight w [examples]
 */
export function measureDifference(
  update: MeasuredUpdate,
  difference: GradientList,
  { route, weight }: { readonly route: GradientRoute; readonly weight: number },
): Measurement {
  return within(() => {
    const readback = new Readback();
    // One group after the other, so that what one takes is gone before the next.
    const groups = groupsOf(update).map((group) => within(() => productsOf(readback, update, difference, group)));
    const read = (values: ArrayLike<number>): GradientStatistics | undefined => {
      const all = (key: 'gg' | 'gp' | 'gd' | 'gw' | 'pp' | 'xx' | 'xDx' | 'xd'): number =>
        total(groups.map((group) => group[key](values)));
      if (!isExact(all('gg')) || !isExact(all('xx'))) return undefined;
      return {
        route,
        degreesOfFreedom: 1,
        squaredNormOfMean: all('gg'),
        squaredDeviations: weight * all('xx'),
        meanProjection: all('gp'),
        freshProjection: all('gd'),
        freshDeviations: weight * all('xDx'),
        projectionDeviations: weight * all('xd') ** 2,
        ...stepStatistics(all('gw'), all('pp')),
        ...(update.isByLayer && {
          layers: [...grouped(groups, ({ layer }) => layer)].map(([layer, parts]) => ({
            layer,
            parameters: total(parts.map(({ parameters }) => parameters)),
            squaredNormOfMean: total(parts.map(({ gg }) => gg(values))),
            squaredDeviations: weight * total(parts.map(({ xx }) => xx(values))),
          })),
        }),
      };
    };
    return { values: readback.pack(), read };
  });
}
