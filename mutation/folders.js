/** The folders of src that are mutated: all pure units, or those that MUTATION_FOLDERS names, such as `core,policies`. */
export const FOLDERS = (
  process.env.MUTATION_FOLDERS ?? 'core,estimators,policies,combinators,learning-rates,schedules'
).split(',');
