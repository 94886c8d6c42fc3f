/** A number in three digits, thousands apart: 1,437, 0.0312, 2.5e-7. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1000 || Number.isInteger(value)) return Math.round(value).toLocaleString('en');
  if (size >= 1e-4) return String(Number(value.toPrecision(3)));
  return value.toExponential(1);
}

/** A time: 0.35 s, 12.4 s. */
export function formatSeconds(seconds: number): string {
  return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}

/** A share in per cent, one decimal. */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
