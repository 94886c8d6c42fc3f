import type { Description } from '../assembly/registry.js';
import type { Json, JsonObject } from '../core/types.js';
import { usage } from './failure.js';

/** A value as JSON where it is JSON, else as text. */
export function parsedValue(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** `name=value`. @throws Failure where it is not */
export function assignment(text: string, what: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw usage(`${what} must be name=value; got '${text}'`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

/** `name:option=value,option=value` */
function unit(text: string, what: string): Description {
  const at = text.indexOf(':');
  const name = (at < 0 ? text : text.slice(0, at)).trim();
  if (name === '') throw usage(`${what} must be a name, with options as name:option=value,…; got '${text}'`);
  const options = at < 0 ? [] : text.slice(at + 1).split(',');
  const values = options.map((option) => {
    const [key, value] = assignment(option, `${what}: an option`);
    return [key, parsedValue(value)] as const;
  });
  return { name, options: Object.fromEntries(values) };
}

function described(text: string, what: string): Description {
  const value = parsedValue(text);
  const { name, options = {} } = (value ?? {}) as { name?: unknown; options?: JsonObject };
  if (typeof name === 'string') return { name, options };
  throw usage(`${what} must be JSON with name and options; got '${text}'`);
}

function simple(text: string, what: string): Description {
  return text.trimStart().startsWith('{') ? described(text, what) : unit(text, what);
}

/** A learning-rate rule: `adaScale:power=0.5`, or JSON with name and options. */
export function ruleDescription(text: string): Description {
  return simple(text, 'rule');
}

/** A schedule of the learning rate: `cosine:epochs=30`, or JSON with name and options. */
export function scheduleDescription(text: string): Description {
  return simple(text, 'schedule');
}

/**
 * A policy, each combinator around what stands before it: `gaussianWalk:minGain=1.1+ramped+cooled:steps=20`, or JSON with name and options, the
 * only way to write a combinator of several policies.
 */
export function policyDescription(text: string): Description {
  if (text.trimStart().startsWith('{')) return described(text, 'policy');
  const [first, ...around] = text.split('+').map((part) => unit(part, 'policy'));
  return around.reduce(
    (policy, { name, options }) => ({ name, options: { ...options, policy: policy as unknown as Json } }),
    first as Description,
  );
}

/** Whether a combinator of several policies is in it. */
function hasSeveral({ policy, policies: several }: JsonObject): boolean {
  return several !== undefined || (policy !== undefined && hasSeveral((policy as unknown as Description).options));
}

/** A policy in the words that {@link policyDescription} reads: JSON where a combinator of several policies is in it. */
export function policyText(description: Description): string {
  if (hasSeveral(description.options)) return JSON.stringify(description);
  const { policy, ...own } = description.options;
  const options = Object.entries(own).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const unitText = options.length === 0 ? description.name : `${description.name}:${options.join(',')}`;
  return policy === undefined ? unitText : `${policyText(policy as unknown as Description)}+${unitText}`;
}
