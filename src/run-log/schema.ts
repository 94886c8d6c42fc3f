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
  /** Meaning and unit, for the published schema. */
  readonly says: string;
};

export type Fields = readonly Field[];

const NUMBER = { is: 'number' } as const;
const COUNT = { is: 'whole', least: 1 } as const;
const TEXT = { is: 'text' } as const;
const ANY_OBJECT = { is: 'object', fields: [] } as const;

const DESCRIPTION: FieldKind = {
  is: 'object',
  fields: [
    { name: 'name', ...TEXT, says: 'name of the factory in this package' },
    { name: 'options', ...ANY_OBJECT, optional: true, says: 'its options; for a combinator with the inner policy' },
  ],
};

/** The statistics of a measured step; the one place that knows their names. */
export const GRADIENT_FIELDS: Fields = [
  {
    name: 'microBatchSizes',
    is: 'list',
    of: NUMBER,
    items: 'numbers',
    says: 'b_i, sizes of the micro-batches [examples]',
  },
  { name: 'squaredNormOfMean', ...NUMBER, says: '|g|^2' },
  { name: 'squaredDeviations', ...NUMBER, says: 'sum b_i |g_i - g|^2' },
  { name: 'meanProjection', ...NUMBER, says: 'g·p, p the step of the optimizer over its learning rate' },
  { name: 'freshProjection', ...NUMBER, says: 'g·d, d the part of p that the fresh gradient makes' },
  { name: 'freshDeviations', ...NUMBER, says: 'sum b_i (g_i - g)·cD(g_i - g)' },
  { name: 'projectionDeviations', ...NUMBER, says: 'sum b_i ((g_i - g)·d)^2' },
];

const DECISION_FIELDS: Fields = [
  { name: 'step', is: 'whole', least: 0, says: 'the step after which it was made' },
  { name: 'batchSize', ...COUNT, says: 'for the next step [examples]' },
  { name: 'learningRate', ...NUMBER, says: 'for the next step, at that batch size' },
  { name: 'learningRateFactor', ...NUMBER, says: "factor of the rule on the user's rate" },
  { name: 'measure', is: 'boolean', says: 'whether the next step is to be measured' },
  { name: 'reason', ...TEXT, says: 'why, in one line' },
];

/** An observation and the decision made of it: every line of a run but its first. */
export const STEP_FIELDS: Fields = [
  { name: 'step', ...COUNT, says: 'updates so far, this one included; rises from line to line' },
  { name: 'epoch', ...NUMBER, says: 'pass over the data, from 0' },
  {
    name: 'examplesSeen',
    is: 'whole',
    least: 0,
    says: 'examples so far, this batch included; never falls [examples]',
  },
  { name: 'batchSize', ...COUNT, says: 'applied [examples]' },
  { name: 'microBatches', ...COUNT, says: 'forward and backward passes that made the batch' },
  { name: 'learningRate', ...NUMBER, says: 'applied' },
  { name: 'baseLearningRate', ...NUMBER, says: "the user's own at this step" },
  { name: 'loss', ...NUMBER, says: 'mean training loss of the batch, before the update' },
  { name: 'stepMs', ...NUMBER, says: 'wall clock of forward, backward and update [ms]' },
  {
    name: 'gradient',
    is: 'object',
    fields: GRADIENT_FIELDS,
    optional: true,
    says: 'gradient statistics, on measured steps',
  },
  { name: 'measureMs', ...NUMBER, optional: true, says: 'wall clock of computing them [ms]' },
  { name: 'short', is: 'true', optional: true, says: "the epoch's examples ran out before the batch was full" },
  { name: 'validationLoss', ...NUMBER, optional: true, says: 'on the first step after an evaluation' },
  {
    name: 'decision',
    is: 'object',
    fields: DECISION_FIELDS,
    optional: true,
    says: 'made of this observation; absent in logs of trainings that nobody steered',
  },
];

/** The first line of a run. */
export const HEADER_FIELDS: Fields = [
  { name: 'runLog', ...COUNT, says: 'version of this format; its presence marks a header' },
  { name: 'version', ...TEXT, optional: true, says: 'version of the package that wrote the log' },
  {
    name: 'facts',
    is: 'object',
    says: 'what is known of the run before its first step',
    fields: [
      { name: 'baseBatchSize', ...COUNT, says: "the batch size that the user's rate is tuned for [examples]" },
      { name: 'baseLearningRate', ...NUMBER, says: "the user's rate at the start" },
      { name: 'datasetSize', ...COUNT, optional: true, says: 'where it is known [examples]' },
      { name: 'optimizer', ...TEXT, optional: true, says: 'sgd, momentum or adaptive; absent: sgd' },
      {
        name: 'batchQuantum',
        ...COUNT,
        optional: true,
        says: 'batches are whole multiples of it [examples]; absent: 1',
      },
      {
        name: 'maxMicroBatchSize',
        ...COUNT,
        optional: true,
        says: 'larger batches are accumulated [examples]; absent: no bound',
      },
    ],
  },
  {
    name: 'options',
    is: 'object',
    says: 'the decision options; what is absent has its default',
    fields: [
      { name: 'policy', ...DESCRIPTION, optional: true, says: 'the rule for the batch size' },
      { name: 'learningRate', ...DESCRIPTION, optional: true, says: 'the rule for the learning rate' },
    ],
  },
  { name: 'about', ...ANY_OBJECT, says: 'versions, backend, model, optimizer: for a reader, not for a replay' },
  {
    name: 'state',
    ...ANY_OBJECT,
    optional: true,
    says: "the controller's state at the start of a resumed run",
  },
];
