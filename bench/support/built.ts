/** The package as it is published: TypeScript run from its sources by tsx makes functions that are slower to call. */
export const { decisionBytes, openLog, readRecords, serve } = (await import(
  new URL('../../dist/replay.js', import.meta.url).href
)) as typeof import('tfjs-adaptive-batch/replay');
