/** Mean and standard deviation of each column of a table in one piece, row after row. */
export function columnMoments(values: Float32Array, columns: number): { means: number[]; deviations: number[] } {
  const rows = values.length / columns;
  const means = new Array<number>(columns).fill(0);
  const squares = new Array<number>(columns).fill(0);
  values.forEach((value, i) => {
    means[i % columns] = (means[i % columns] as number) + value / rows;
  });
  values.forEach((value, i) => {
    const apart = value - (means[i % columns] as number);
    squares[i % columns] = (squares[i % columns] as number) + (apart * apart) / rows;
  });
  return { means, deviations: squares.map((square) => Math.sqrt(square) || 1) };
}

/** The same table with each column less its mean, over its deviation. */
export function standardized(
  values: Float32Array,
  { means, deviations }: { readonly means: readonly number[]; readonly deviations: readonly number[] },
): Float32Array {
  const columns = means.length;
  return values.map((value, i) => (value - (means[i % columns] as number)) / (deviations[i % columns] as number));
}
