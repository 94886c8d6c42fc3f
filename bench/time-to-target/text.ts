import { median } from '../../examples/support/statistics.js';
import { textOf as textOfTask } from '../policies/text.js';
import type { Engine } from '../support/engine.js';
import { defaultOf, sharesOf } from './figures.js';
import type { EngineResult } from './types.js';

/** An engine in words. */
export const ENGINE_NAMES: Readonly<Record<Engine, string>> = {
  wasm: 'WebAssembly',
  native: 'native TensorFlow',
  cuda: 'native TensorFlow on the GPU',
  webgpu: 'WebGPU',
};

/** The name of a result's section. */
export function titleOf({ engine, device, result }: EngineResult): string {
  return `${result.task}, ${ENGINE_NAMES[engine]}${device === undefined ? '' : `, ${device}`}`;
}

/** What was found for one task on one engine, as Markdown. */
export function textOf({ result }: EngineResult): string {
  const outcomes = defaultOf(result);
  if (outcomes === undefined) return textOfTask(result);
  const share = (what: 'measureMs' | 'decideMs') => `${(100 * median(sharesOf(outcomes, what))).toFixed(2)} %`;
  const cost = `Of the default's time measuring took ${share('measureMs')} and deciding ${share('decideMs')} (medians).`;
  return [textOfTask(result), '', cost].join('\n');
}
