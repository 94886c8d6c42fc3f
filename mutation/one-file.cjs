/** Leaves the test file that the runner is at; all of them where it is at none. */
module.exports = async (paths) => {
  const only = process.env.MUTATION_TEST_FILE;
  return { filtered: only === undefined ? paths : paths.filter((path) => path === only) };
};
