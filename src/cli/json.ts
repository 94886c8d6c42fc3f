import { replaceNumber } from '../run-log/format.js';

/** One line of JSON; numbers that JSON does not have as texts, as in run logs. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value, replaceNumber)}\n`;
}
