import { type BackendName, chosenBackend, useBackend } from '../../examples/support/backend.js';

/** The backend of all tests that train, by TFJS_BACKEND; plain JavaScript without it. */
export const BACKEND: BackendName = chosenBackend('cpu');

/** What a test may need of a backend. */
export type Need = 'convolution' | 'embedding' | 'countedBuffers' | 'jsKernels' | 'jsAllocation';

const WASM_LACKS = 'TensorFlow.js 4.22 has no kernel for it on wasm:';
const OWN_MEMORY = 'the backend keeps its data outside of JavaScript';
const OWN_ALLOCATION =
  'what its kernels take does not pass through JavaScript; process-limits.test.ts has a real limit';

/** What does not work on a backend, and why; docs/backends.md has the same. */
const LACKS: Readonly<Record<BackendName, Readonly<Partial<Record<Need, string>>>>> = {
  cpu: {},
  wasm: {
    convolution: `${WASM_LACKS} Conv2DBackpropFilter`,
    embedding: `${WASM_LACKS} UnsortedSegmentSum`,
    countedBuffers: OWN_MEMORY,
    jsKernels: OWN_MEMORY,
  },
  native: { countedBuffers: OWN_MEMORY, jsKernels: OWN_MEMORY, jsAllocation: OWN_ALLOCATION },
};

/** `it` where the backend has what the test needs, else a skipped one that says why. */
export function itWith(need: Need, name: string, test: () => Promise<void>): void {
  const lack = LACKS[BACKEND][need];
  if (lack === undefined) it(name, test);
  else it.skip(`${name} (${lack})`, test);
}

/** Those of the cases that the backend can run; for each other one a skipped test that says why. */
export function runnable<Case>(cases: readonly Case[], needOf: (one: Case) => Need | undefined): Case[] {
  return cases.filter((one) => {
    const need = needOf(one);
    const lack = need && LACKS[BACKEND][need];
    if (lack !== undefined)
      it.skip(`${typeof one === 'string' ? one : JSON.stringify(one)} (${lack})`, () => undefined);
    return lack === undefined;
  });
}

await useBackend(BACKEND);
