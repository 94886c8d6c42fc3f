const MINUS = '−';

function grouped(text: string): string {
  const [whole = '', ...rest] = text.split('.');
  return [whole.replace(/\B(?=(\d{3})+(?!\d))/g, ','), ...rest].join('.');
}

/** In three digits, without trailing zeros; a number of at least 1e-6 and less than 1e15. */
function threeDigits(value: number): string {
  return grouped(String(Number(value.toPrecision(3)))).replace('-', MINUS);
}

/** A number for a human, in three or four digits: 1,437, 0.0312, 2.5e-7. Never depends on the locale. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : value > 0 ? '∞' : `${MINUS}∞`;
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : '';
  if (size === 0) return '0';
  if (Number.isInteger(size) && size < 1e15) return sign + grouped(String(size));
  if (size >= 1000 && size < 1e15) return sign + grouped(size.toFixed(0));
  if (size >= 1e-4 && size < 1000) return sign + threeDigits(size);
  const [mantissa, exponent] = size.toExponential(1).split('e') as [string, string];
  return `${sign}${Number(mantissa)}e${Number(exponent)}`;
}

/** A number for an axis, short: 20k, 1.5M. */
export function formatShort(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e12 || size < 1000) return formatNumber(value);
  const [unit, letter] = size >= 1e9 ? [1e9, 'G'] : size >= 1e6 ? [1e6, 'M'] : ([1e3, 'k'] as const);
  return `${threeDigits(value / unit)}${letter}`;
}

/** A time for a human: 350 ms, 2.5 s, 3.2 min, 1.5 h. @param seconds >= 0 */
export function formatTime(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds === 0) return '0 s';
  if (seconds < 1) return `${threeDigits(seconds * 1000)} ms`;
  if (seconds < 120) return `${threeDigits(seconds)} s`;
  if (seconds < 7200) return `${threeDigits(seconds / 60)} min`;
  return `${formatNumber(seconds / 3600)} h`;
}
