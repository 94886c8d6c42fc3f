/** The package's decisions as they are published: TypeScript run from its sources by tsx makes functions that are slower to call. */
export const core = (await import(
  new URL('../../dist/core.js', import.meta.url).href
)) as typeof import('tfjs-adaptive-batch/core');
