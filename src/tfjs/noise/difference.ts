import { mul, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { GradientRoute, GradientStatistics } from '../../core/types.js';
import { flatten, type GradientList } from './gradient-list.js';
import { grouped } from './grouped.js';
import { isExact, layerOf, type MeasuredUpdate, type Measurement, within } from './measurement.js';
import { Readback } from './readback.js';
import { isPlain, type StepDirection, stepDirection } from './step-direction.js';

type Dot = (values: ArrayLike<number>) => number;

/** Inner products of one layer, or of all. */
interface Products {
  readonly layer: string;
  readonly parameters: number;
  readonly gg: Dot;
  readonly gp: Dot;
  readonly gd: Dot;
  readonly xx: Dot;
  readonly xDx: Dot;
  readonly xd: Dot;
}

/** Indices of the variables that have a gradient, by layer if asked for. */
function groupsOf({ variables, mean, isByLayer }: MeasuredUpdate): Map<string, number[]> {
  const trained = mean.flatMap((entry, i) => (entry === null ? [] : [i]));
  return grouped(trained, (i) => (isByLayer ? layerOf(variables[i] as Variable) : ''));
}

function productsOf(
  readback: Readback,
  { optimizer, mean }: MeasuredUpdate,
  difference: GradientList,
  [layer, indices]: [string, readonly number[]],
): Products {
  const pick = (list: GradientList): Tensor => flatten(indices.map((i) => list[i] ?? null));
  const [g, x] = [pick(mean), pick(difference)];
  const known = { layer, parameters: g.size, gg: readback.dot(g, g), xx: readback.dot(x, x) };
  const steps: readonly StepDirection[] = indices.map((i) => stepDirection(optimizer, mean[i] as Tensor, i));
  const p = isPlain(optimizer) ? g : flatten(steps.map(({ direction }) => direction));
  const gp = p === g ? known.gg : readback.dot(g, p);
  const share = steps[0]?.preconditioner;
  if (typeof share === 'number') {
    const xg = readback.dot(x, g);
    return {
      ...known,
      gp,
      gd: (values) => share * known.gg(values),
      xDx: (values) => share * known.xx(values),
      xd: (values) => share * xg(values),
    };
  }
  const metric = flatten(steps.map(({ preconditioner }) => preconditioner as Tensor));
  const d = mul(metric, g);
  return { ...known, gp, gd: readback.dot(g, d), xDx: readback.dot(x, mul(metric, x)), xd: readback.dot(x, d) };
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
    const groups = [...groupsOf(update)].map((group) => productsOf(readback, update, difference, group));
    const read = (values: ArrayLike<number>): GradientStatistics | undefined => {
      const all = (key: 'gg' | 'gp' | 'gd' | 'xx' | 'xDx' | 'xd'): number =>
        groups.reduce((sum, group) => sum + group[key](values), 0);
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
        ...(update.isByLayer && {
          layers: groups.map(({ layer, parameters, gg, xx }) => ({
            layer,
            parameters,
            squaredNormOfMean: gg(values),
            squaredDeviations: weight * xx(values),
          })),
        }),
      };
    };
    return { values: readback.pack(), read };
  });
}
