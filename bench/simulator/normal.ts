/** A number of the standard normal distribution: Box and Muller 1958. @param random of numbers in [0, 1) */
export function normal(random: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}
