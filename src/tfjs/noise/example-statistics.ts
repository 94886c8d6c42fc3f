import { mul, reshape, type Tensor } from '@tensorflow/tfjs-core';
import type { GradientRoute, GradientStatistics, LayerStatistics } from '../../core/types.js';
import type { ViewGradients } from './example-tap.js';
import { grouped } from './grouped.js';
import { isExact, layerOf, type MeasuredUpdate, type Measurement, stepStatistics, within } from './measurement.js';
import { type Dot, type Read, Readback, total } from './readback.js';
import { deviations, fiveNumbers } from './spread.js';
import { isPlain, type StepDirection, stepDirection } from './step-direction.js';
import type { View } from './view.js';

/** What is read of one view: sums over its entries, C = Σ c_j. */
interface ViewProducts {
  readonly layer: string;
  readonly parameters: number;
  /** c, or undefined where D is a vector. */
  readonly share: number | undefined;
  readonly squaredNorms: Read;
  readonly weightedNorms: Read | undefined;
  readonly projections: Read;
  readonly gg: Dot;
  readonly gp: Dot;
  /** g·v, v being g or d. */
  readonly gv: Dot;
  /** g·θ. */
  readonly gw: Dot;
  readonly pp: Dot;
  /** C·C and C·cDC where C is not g. */
  readonly CC: Dot | undefined;
  readonly CDC: Dot | undefined;
}

/** The numbers of one view. */
interface ViewSums {
  readonly layer: string;
  readonly parameters: number;
  readonly gg: number;
  readonly gp: number;
  readonly gd: number;
  readonly gw: number;
  readonly pp: number;
  readonly CC: number;
  readonly CDC: number;
  readonly squaredNorms: readonly number[];
  readonly weightedNorms: readonly number[];
  /** c_j·d. */
  readonly projections: readonly number[];
}

/** By how much the gradients of the examples may miss the batch's before they are taken for wrong. */
const TOLERANCE = 1e-3;

function productsOf(
  readback: Readback,
  { optimizer, variables, mean }: MeasuredUpdate,
  { view, gradients, isPenalized }: ViewGradients,
): ViewProducts {
  const whole = mean[view.variable] as Tensor;
  const step = stepDirection(optimizer, whole, view.variable);
  const g = view.of(whole);
  const gw = within(() => readback.dot(g, view.of(variables[view.variable] as Tensor)));
  const { v, metric } = readingOf(view, whole, step);
  const sums = gradients.read(v, metric);
  const gg = readback.dot(g, g);
  const p = isPlain(optimizer) ? g : view.of(step.direction);
  const C = isPenalized ? gradients.total() : undefined;
  return {
    layer: layerOf(variables[view.variable] as never),
    parameters: view.size,
    share: metric === undefined ? (step.preconditioner as number) : undefined,
    squaredNorms: readback.numbers(sums.squaredNorms),
    weightedNorms: sums.weightedNorms && readback.numbers(sums.weightedNorms),
    projections: readback.numbers(sums.projections),
    gg,
    gp: p === g ? gg : readback.dot(g, p),
    gw,
    pp: p === g ? gg : readback.dot(p, p),
    gv: metric === undefined ? gg : readback.dot(g, v),
    CC: C && readback.dot(C, C),
    CDC: C && metric && readback.dot(C, mul(metric, reshape(C, metric.shape))),
  };
}

/** @returns undefined where the examples do not add up to the batch: whatever the layer does, it is not what it was taken for */
function sumsOf(products: ViewProducts, values: ArrayLike<number>): ViewSums | undefined {
  const { layer, parameters, share } = products;
  const projections = products.projections(values);
  const [gg, gp, gv] = [products.gg(values), products.gp(values), products.gv(values)];
  const along = total(projections);
  const size = total(projections.map(Math.abs));
  if (products.CC === undefined && Math.abs(along - gv) > TOLERANCE * size) return undefined;
  const squaredNorms = products.squaredNorms(values);
  const CC = products.CC?.(values) ?? gg;
  const known = { layer, parameters, gg, gp, gw: products.gw(values), pp: products.pp(values), CC, squaredNorms };
  if (share === undefined) {
    const weightedNorms = products.weightedNorms?.(values) ?? [];
    return { ...known, gd: gv, CDC: products.CDC?.(values) ?? along, weightedNorms, projections };
  }
  const scaled = (numbers: readonly number[]): number[] => numbers.map((one) => share * one);
  return {
    ...known,
    gd: share * gg,
    CDC: share * CC,
    weightedNorms: scaled(squaredNorms),
    projections: scaled(projections),
  };
}

/** Adds the views up, example by example. */
function byExample(sums: readonly ViewSums[], key: 'squaredNorms' | 'weightedNorms' | 'projections'): number[] {
  const first = (sums[0] as ViewSums)[key];
  return first.map((_, j) => sums.reduce((sum, view) => sum + (view[key][j] as number), 0));
}

function layersOf(sums: readonly ViewSums[]): LayerStatistics[] {
  return [...grouped(sums, ({ layer }) => layer)].map(([layer, views]) => ({
    layer,
    parameters: total(views.map(({ parameters }) => parameters)),
    squaredNormOfMean: total(views.map(({ gg }) => gg)),
    squaredDeviations: deviations(byExample(views, 'squaredNorms'), total(views.map(({ CC }) => CC))) || 0,
  }));
}

function statisticsOf(
  sums: readonly ViewSums[],
  parameters: number,
  { isByLayer, batchSize }: MeasuredUpdate,
  route: GradientRoute,
): GradientStatistics | undefined {
  if (sums.length === 0) return undefined;
  const all = (key: 'gg' | 'gp' | 'gd' | 'gw' | 'pp' | 'CC' | 'CDC' | 'parameters'): number =>
    total(sums.map((view) => view[key]));
  const norms = byExample(sums, 'squaredNorms');
  const projections = byExample(sums, 'projections');
  const along = total(projections);
  const squaredDeviations = deviations(norms, all('CC'));
  const freshDeviations = deviations(byExample(sums, 'weightedNorms'), all('CDC'));
  const isTold = !Number.isNaN(squaredDeviations) && !Number.isNaN(freshDeviations);
  if (!isTold || !isExact(all('gg')) || !isExact(total(norms))) return undefined;
  const coverage = all('parameters') / parameters;
  return {
    route,
    degreesOfFreedom: batchSize - 1,
    ...(coverage < 1 && { coverage }),
    squaredNormOfMean: all('gg'),
    squaredDeviations,
    meanProjection: all('gp'),
    freshProjection: all('gd'),
    freshDeviations,
    projectionDeviations: total(projections.map((one) => (batchSize * one - along) ** 2)),
    ...stepStatistics(all('gw'), all('pp')),
    exampleNorms: fiveNumbers(norms.map((norm) => batchSize * Math.sqrt(norm))),
    ...(isByLayer && { layers: layersOf(sums) }),
  };
}

/** The gradients of the examples as a route has them. */
export interface ExampleSource {
  readonly route: GradientRoute;
  /** View by view of the update's variables. Called within a tidy. */
  gradients(update: MeasuredUpdate): readonly ViewGradients[];
}

/** What the examples are read along: cDg and cD; where D is 1, g alone. */
export function readingOf(
  view: View,
  whole: Tensor,
  { preconditioner }: StepDirection,
): { readonly v: Tensor; readonly metric: Tensor | undefined } {
  const g = view.of(whole);
  if (typeof preconditioner === 'number') return { v: g, metric: undefined };
  const metric = view.of(preconditioner);
  return { v: mul(metric, g), metric };
}

/**
 * The statistics of all B examples of a batch, each seen alone. B − 1 degrees of freedom.
 *
 * Each view's examples are checked against the batch: where Σ c_j·v misses g·v, its parameters count as not covered.
 * @returns undefined where no variable's examples are known
 */
export function measureExamples(update: MeasuredUpdate, { route, gradients }: ExampleSource): Measurement | undefined {
  return within(() => {
    const { mean } = update;
    const known = gradients(update).filter(({ view }) => mean[view.variable] != null);
    if (known.length === 0) return undefined;
    const readback = new Readback();
    // One view after the other, so that what one takes is gone before the next.
    const views = known.map((one) => within(() => productsOf(readback, update, one)));
    const parameters = total(mean.map((entry) => entry?.size ?? 0));
    const read = (values: ArrayLike<number>): GradientStatistics | undefined => {
      const sums = views.flatMap((view, i) => {
        const found = sumsOf(view, values);
        if (found !== undefined) known[i]?.verify?.();
        return found ?? [];
      });
      return statisticsOf(sums, parameters, update, route);
    };
    return { values: readback.pack(), read };
  });
}
