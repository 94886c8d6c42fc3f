/** What a field of a run log must be. */
export type FieldKind =
  /** A number, or one of the texts NaN, Infinity and -Infinity, which JSON has no number for. */
  | { readonly is: 'number' }
  | { readonly is: 'whole'; readonly least: number }
  | { readonly is: 'boolean' }
  /** Present and true, or absent. */
  | { readonly is: 'true' }
  | { readonly is: 'text' }
  | { readonly is: 'object'; readonly fields: Fields }
  | { readonly is: 'list'; readonly of: FieldKind; readonly items: string };

/** A field of an object; fields that are not listed pass. */
export type Field = FieldKind & {
  readonly name: string;
  readonly optional?: true;
};

export type Fields = readonly Field[];

const NUMBER = { is: 'number' } as const;
const COUNT = { is: 'whole', least: 1 } as const;
const TEXT = { is: 'text' } as const;
const ANY_OBJECT = { is: 'object', fields: [] } as const;

const DESCRIPTION: FieldKind = {
  is: 'object',
  fields: [
    { name: 'name', ...TEXT },
    { name: 'options', ...ANY_OBJECT, optional: true },
  ],
};

const LAYER_FIELDS: Fields = [
  { name: 'layer', ...TEXT },
  { name: 'parameters', ...COUNT },
  { name: 'squaredNormOfMean', ...NUMBER },
  { name: 'squaredDeviations', ...NUMBER },
];

/** The statistics of a measured step; the one place that knows their names. */
export const GRADIENT_FIELDS: Fields = [
  { name: 'route', ...TEXT },
  { name: 'degreesOfFreedom', ...NUMBER },
  { name: 'coverage', ...NUMBER, optional: true },
  { name: 'squaredNormOfMean', ...NUMBER },
  { name: 'squaredDeviations', ...NUMBER },
  { name: 'meanProjection', ...NUMBER },
  { name: 'freshProjection', ...NUMBER },
  { name: 'freshDeviations', ...NUMBER },
  { name: 'projectionDeviations', ...NUMBER },
  { name: 'weightProjection', ...NUMBER, optional: true },
  { name: 'squaredNormOfStep', ...NUMBER, optional: true },
  {
    name: 'exampleNorms',
    is: 'list',
    of: NUMBER,
    items: 'numbers',
    optional: true,
  },
  {
    name: 'layers',
    is: 'list',
    of: { is: 'object', fields: LAYER_FIELDS },
    items: 'objects',
    optional: true,
  },
];

const DECISION_FIELDS: Fields = [
  { name: 'step', is: 'whole', least: 0 },
  { name: 'batchSize', ...COUNT },
  { name: 'learningRate', ...NUMBER },
  { name: 'learningRateFactor', ...NUMBER },
  { name: 'measure', is: 'boolean' },
  { name: 'reason', ...TEXT },
];

/** An observation and the decision made of it: every line of a run but its first. */
export const STEP_FIELDS: Fields = [
  { name: 'step', ...COUNT },
  { name: 'epoch', ...NUMBER },
  {
    name: 'examplesSeen',
    is: 'whole',
    least: 0,
  },
  { name: 'batchSize', ...COUNT },
  { name: 'microBatches', ...COUNT },
  { name: 'learningRate', ...NUMBER },
  { name: 'baseLearningRate', ...NUMBER },
  { name: 'loss', ...NUMBER },
  { name: 'stepMs', ...NUMBER },
  {
    name: 'gradient',
    is: 'object',
    fields: GRADIENT_FIELDS,
    optional: true,
  },
  { name: 'measureMs', ...NUMBER, optional: true },
  { name: 'short', is: 'true', optional: true },
  { name: 'validationLoss', ...NUMBER, optional: true },
  { name: 'maxMicroBatchSize', ...COUNT, optional: true },
  {
    name: 'decision',
    is: 'object',
    fields: DECISION_FIELDS,
    optional: true,
  },
];

const ADAM_FIELDS: Fields = [
  { name: 'beta1', ...NUMBER },
  { name: 'beta2', ...NUMBER },
  { name: 'epsilon', ...NUMBER },
];

/** The first line of a run. */
export const HEADER_FIELDS: Fields = [
  { name: 'runLog', ...COUNT },
  { name: 'version', ...TEXT, optional: true },
  {
    name: 'facts',
    is: 'object',
    fields: [
      { name: 'baseBatchSize', ...COUNT },
      { name: 'baseLearningRate', ...NUMBER },
      { name: 'datasetSize', ...COUNT, optional: true },
      { name: 'optimizer', ...TEXT, optional: true },
      {
        name: 'batchQuantum',
        ...COUNT,
        optional: true,
      },
      {
        name: 'maxMicroBatchSize',
        ...COUNT,
        optional: true,
      },
      { name: 'momentum', ...NUMBER, optional: true },
      { name: 'adam', is: 'object', fields: ADAM_FIELDS, optional: true },
      { name: 'hasBatchNorm', is: 'true', optional: true },
    ],
  },
  {
    name: 'options',
    is: 'object',
    fields: [
      { name: 'policy', ...DESCRIPTION, optional: true },
      { name: 'learningRate', ...DESCRIPTION, optional: true },
      { name: 'schedule', ...DESCRIPTION, optional: true },
    ],
  },
  { name: 'about', ...ANY_OBJECT },
  {
    name: 'state',
    ...ANY_OBJECT,
    optional: true,
  },
];
