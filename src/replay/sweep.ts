import { describeOptions } from '../assembly/assemble.js';
import { optionsFromJson } from '../assembly/from-json.js';
import { DECISION_KEYS, type DecisionOptions } from '../assembly/options.js';
import type { Json, JsonObject } from '../core/types.js';
import { type CompareOptions, type Comparison, compare } from './compare.js';
import type { Records } from './run.js';

/** Values to try for each option, by its path; see {@link sweep}. */
export type Grid = Readonly<Record<string, readonly Json[]>>;

const MOST_COMBINATIONS = 1000;

const isOption = (path: string): boolean => (DECISION_KEYS as readonly string[]).includes(path);

type Changed = { readonly json: JsonObject; readonly isFound: boolean };

/** A description with the option of the unit named, however deep in the combinators it sits. */
function withUnitOption(described: Json | undefined, unit: string, option: string, value: Json): Changed {
  if (described === undefined) return { json: {}, isFound: false };
  const description = typeof described === 'string' ? { name: described } : (described as JsonObject);
  const options = (description.options ?? {}) as JsonObject;
  if (description.name === unit) {
    return { json: { ...description, options: { ...options, [option]: value } }, isFound: true };
  }
  const around = (key: string, inner: Json): JsonObject => ({ ...description, options: { ...options, [key]: inner } });
  if (Array.isArray(options.policies)) {
    const each = options.policies.map((inner) => withUnitOption(inner as Json, unit, option, value));
    return {
      json: around(
        'policies',
        each.map(({ json }) => json),
      ),
      isFound: each.some(({ isFound }) => isFound),
    };
  }
  if (options.policy === undefined) return { json: description, isFound: false };
  const inner = withUnitOption(options.policy, unit, option, value);
  return { json: around('policy', inner.json), isFound: inner.isFound };
}

/** @throws RangeError if the path is neither an option nor one of a unit that is there */
function withOption(json: JsonObject, path: string, value: Json): JsonObject {
  if (isOption(path)) return { ...json, [path]: value };
  const [unit = '', option = '', ...more] = path.split('.');
  if (option !== '' && more.length === 0) {
    if (unit === 'measure') return { ...json, measure: { ...(json.measure as JsonObject), [option]: value } };
    for (const key of ['policy', 'learningRate', 'schedule'] as const) {
      const { json: changed, isFound } = withUnitOption(json[key], unit, option, value);
      if (isFound) return { ...json, [key]: changed };
    }
  }
  throw new RangeError(
    `sweep: '${path}' is neither one of ${DECISION_KEYS.join(', ')} nor an option of a policy, combinator, rule or schedule in use, such as gaussianWalk.minGain`,
  );
}

/** Every combination of the values, the last path running fastest. */
function combinations(grid: Grid): (readonly (readonly [path: string, value: Json])[])[] {
  const count = Object.values(grid).reduce((product, values) => product * values.length, 1);
  if (!(count >= 1 && count <= MOST_COMBINATIONS)) {
    throw new RangeError(`sweep: the grid must have 1 to ${MOST_COMBINATIONS} combinations; got ${count}`);
  }
  return Object.entries(grid).reduce<(readonly (readonly [string, Json])[])[]>(
    (all, [path, values]) => all.flatMap((before) => values.map((value) => [...before, [path, value] as const])),
    [[]],
  );
}

/** The options of each combination of a grid, by a name such as `memory=500 gaussianWalk.minGain=1.2`. */
export function optionsOfGrid(options: DecisionOptions, grid: Grid): Record<string, DecisionOptions> {
  // The facts only choose the default rule, which each replay chooses for itself unless the grid is about it.
  const json = describeOptions(options, { baseBatchSize: 1, baseLearningRate: 0 });
  const isRuleGiven =
    options.learningRate !== undefined || Object.keys(grid).some((path) => /^(learningRate$|adaScale\.)/.test(path));
  const all = combinations(grid).map((values) => {
    const name = values.map(([path, value]) => `${path}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
    // A policy is chosen before its options are set.
    const ordered = [...values].sort(([one], [other]) => Number(isOption(other)) - Number(isOption(one)));
    const changed = ordered.reduce<JsonObject>((before, [path, value]) => withOption(before, path, value), json);
    const { learningRate, ...rest } = changed;
    return [name.join(' ') || 'as given', optionsFromJson(isRuleGiven ? changed : rest)] as const;
  });
  return Object.fromEntries(all);
}

/**
 * {@link compare} over every combination of a grid of options.
 *
 * A path is an option of its own (`memory`, `ladder`, `policy`, `learningRate`, …), `measure.every` or `measure.budget`, or an option of a
 * policy, combinator, rule or schedule in use by its name: `gaussianWalk.minGain`, `cooled.steps`, `adaScale.power`, `cosine.epochs`.
 * @param options what stays the same; policies, rules and schedules of this package
 * @throws RangeError for a path that leads nowhere, a value outside its range, or more than 1000 combinations
 * @example await sweep(readRecords(openLog('run.jsonl')), {}, { memory: [500, 2000], 'gaussianWalk.minGain': [1, 1.05, 1.2] })
 */
export async function sweep(
  log: Records,
  options: DecisionOptions,
  grid: Grid,
  compareOptions: CompareOptions = {},
): Promise<Comparison> {
  return compare(log, optionsOfGrid(options, grid), compareOptions);
}
