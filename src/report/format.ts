const MINUS = '−';

/** Trailing zeros behind a point, which a measured number does not need. */
function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function grouped(text: string): string {
  return text.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** A number for a human, in three or four digits: 1,437, 0.0312, 2.5e-7. Never depends on the locale. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : value > 0 ? '∞' : `${MINUS}∞`;
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : '';
  if (size === 0) return '0';
  if (Number.isInteger(size) && size < 1e15) return sign + grouped(String(size));
  if (size >= 1000 && size < 1e15) return sign + grouped(size.toFixed(0));
  if (size >= 1e-4 && size < 1000) return sign + trimmed(size.toPrecision(3));
  const [mantissa, exponent] = size.toExponential(1).split('e') as [string, string];
  return `${sign}${trimmed(mantissa)}e${exponent.replace('+', '')}`;
}

/** A number for an axis, short: 20k, 1.5M. */
export function formatShort(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e12 || size < 1000) return formatNumber(value);
  const [unit, letter] = size >= 1e9 ? [1e9, 'G'] : size >= 1e6 ? [1e6, 'M'] : ([1e3, 'k'] as const);
  return `${trimmed((value / unit).toPrecision(3)).replace('-', MINUS)}${letter}`;
}

/** A time for a human: 350 ms, 2.5 s, 3.2 min, 1.5 h. @param seconds >= 0 */
export function formatTime(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds === 0) return '0 s';
  if (seconds < 1) return `${trimmed((seconds * 1000).toPrecision(3))} ms`;
  if (seconds < 120) return `${trimmed(seconds.toPrecision(3))} s`;
  if (seconds < 7200) return `${trimmed((seconds / 60).toPrecision(3))} min`;
  return `${grouped(trimmed((seconds / 3600).toFixed(1)))} h`;
}
