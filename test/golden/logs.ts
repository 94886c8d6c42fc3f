import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DecisionOptions } from '../../src/assembly/options.js';
import { clamped, cooled } from '../../src/combinators/index.js';
import { doubleAsLossHalves } from './own-policy.js';

export const FOLDER = join('test', 'golden', 'logs');
export const DIGESTS = join(FOLDER, 'states.json');

/** The numbered examples. */
export const EXAMPLES: readonly string[] = readdirSync('examples').filter((name) => /^\d\d-.*\.ts$/.test(name));

/** The log of an example. */
export const logOf = (example: string): string => join(FOLDER, `${example.slice(0, -'.ts'.length)}.jsonl.gz`);

/** What the header of an example's log can only name. */
export function ownPolicy(example: string): Required<Pick<DecisionOptions, 'policy'>> | Record<string, never> {
  if (example !== '05-own-policy.ts') return {};
  return { policy: clamped(cooled(doubleAsLossHalves(), { steps: 20 }), { max: 128 }) };
}
