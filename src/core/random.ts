import { checkCount } from './checks.js';

/**
 * A small seeded generator of numbers in [0, 1), for an order of examples that can be repeated; not for secrets.
 * @see Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators": 32-bit mix of a Weyl sequence
 */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/**
 * Random numbers from a seed, or whatever `Math.random` is at each call.
 * @throws RangeError if the seed is not a whole number >= 0
 */
export function randomFrom(seed: number | undefined): () => number {
  return seed === undefined ? () => Math.random() : generator(checkCount('seed', seed, 0));
}
