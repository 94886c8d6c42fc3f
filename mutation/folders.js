/** The folders of src that are mutated: all pure units, or those that MUTATION_FOLDERS names, such as `core,policies`. */
export const FOLDERS = (
  process.env.MUTATION_FOLDERS ?? 'core,estimators,policies,combinators,learning-rates,schedules'
).split(',');

/** The share of the mutants that is tried: all, or about as many as MUTATION_SHARE says, such as 0.25. */
export const SHARE = Number(process.env.MUTATION_SHARE ?? 1);
