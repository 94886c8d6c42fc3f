/** Nothing, in the words of Keras, pandas and JSON. */
const ABSENT = new Set(['', 'NA', 'N/A', 'None', 'null']);

const NOT_FINITE: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['+inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
  ['+infinity', Number.POSITIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
]);

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** Of a value that is shown in a message. */
const MOST_SHOWN = 60;

/** A value as a message shows it, cut short. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

/**
 * The number that a cell holds; undefined where it holds nothing.
 * @throws TypeError with place and column where it holds something else
 */
export function numberIn(value: unknown, place: string, column: string): number | undefined {
  if (typeof value === 'number') return value;
  if (value === undefined || value === null) return undefined;
  const text = typeof value === 'string' ? value.trim() : undefined;
  if (text !== undefined) {
    if (ABSENT.has(text)) return undefined;
    if (DECIMAL.test(text)) return Number(text);
    const special = NOT_FINITE.get(text.toLowerCase());
    if (special !== undefined) return special;
  }
  throw new TypeError(`${place}: ${column} must be a number; got ${shown(value)}`);
}

/**
 * The whole number >= `least` that a cell holds; undefined where it holds nothing.
 * @throws TypeError with place and column where it holds something else
 */
export function countIn(value: unknown, place: string, column: string, least: number): number | undefined {
  const number = numberIn(value, place, column);
  if (number === undefined || (Number.isSafeInteger(number) && number >= least)) return number;
  throw new TypeError(`${place}: ${column} must be a whole number >= ${least}; got ${shown(value)}`);
}
