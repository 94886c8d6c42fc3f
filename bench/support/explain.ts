import type { AdaptiveBatch } from 'tfjs-adaptive-batch';

/** Prints every change of the batch size with its reason and the estimates behind it. */
export function explain(adaptive: AdaptiveBatch): void {
  const short = (_key: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(3)) : value);
  adaptive.controller.on('change', ({ step, from, to, reason }) => {
    if (from.batchSize === to.batchSize) return;
    const { loss, noise, walk, time } = adaptive.getState()?.pipeline.estimates ?? {};
    const estimates = JSON.stringify({ loss, noise, walk, time }, short);
    console.log(`    ${step}: ${from.batchSize} -> ${to.batchSize}, rate ${to.learningRate.toPrecision(3)}: ${reason}`);
    console.log(`      ${estimates}`);
  });
}
