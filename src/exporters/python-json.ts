import { replaceNumber } from '../run-log/format.js';

/** What JSON has no number for, in the words of run logs and of Python alike. */
const CONSTANTS = new Set(['NaN', 'Infinity', '-Infinity']);
/** Begins no text that a program writes: marks what is to stand without quotes. */
const MARK = '\u0000\u0001';
const MARKED = /"\\u0000\\u0001(NaN|-?Infinity)"/g;

/** JSON as Python's json reads and writes it: NaN and Infinity stand bare. */
export function pythonJson(value: unknown): string {
  const marked = JSON.stringify(value, (key, inner: unknown) => {
    const text = replaceNumber(key, inner);
    return typeof text === 'string' && CONSTANTS.has(text) ? `${MARK}${text}` : text;
  });
  return marked.replace(MARKED, '$1');
}
