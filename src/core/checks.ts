function reject(name: string, range: string, value: unknown): never {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value);
  throw new RangeError(`${name} must be ${range}; got ${shown}`);
}

/** @returns `value`, a whole number >= `least`. @throws RangeError otherwise. */
export function checkCount(name: string, value: number, least = 1): number {
  return Number.isSafeInteger(value) && value >= least ? value : reject(name, `a whole number >= ${least}`, value);
}

/** @returns `value`, finite and > `bound`. @throws RangeError otherwise. */
export function checkGreater(name: string, value: number, bound: number): number {
  return Number.isFinite(value) && value > bound ? value : reject(name, `a finite number > ${bound}`, value);
}

/** @returns `value`, finite and >= `least`. @throws RangeError otherwise. */
export function checkAtLeast(name: string, value: number, least: number): number {
  return Number.isFinite(value) && value >= least ? value : reject(name, `a finite number >= ${least}`, value);
}

/** @returns `value`, in [low, high]. @throws RangeError otherwise. */
export function checkBetween(name: string, value: number, low: number, high: number): number {
  return Number.isFinite(value) && value >= low && value <= high
    ? value
    : reject(name, `between ${low} and ${high}`, value);
}

/** @throws RangeError if `options` has a key that is not in `known`: a misspelt option must not pass in silence. */
export function checkKeys(name: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      throw new RangeError(`${name} has no option '${key}'; its options are ${known.join(', ') || 'none'}`);
    }
  }
}

/** @returns `value`, one of `known`. @throws RangeError otherwise. */
export function checkOneOf<Value>(name: string, value: Value, known: readonly Value[]): Value {
  return known.includes(value) ? value : reject(name, `one of ${known.join(', ')}`, value);
}
