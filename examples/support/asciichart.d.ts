declare module 'asciichart' {
  interface PlotConfig {
    readonly min?: number;
    readonly max?: number;
    /** Columns left of the plot. */
    readonly offset?: number;
    /** Rows, less one. */
    readonly height?: number;
    /** Escape sequences, one a series. */
    readonly colors?: readonly (string | undefined)[];
    readonly format?: (value: number, row: number) => string;
  }
  const asciichart: {
    plot(series: readonly (readonly number[])[], config?: PlotConfig): string;
    readonly blue: string;
    readonly cyan: string;
    readonly yellow: string;
    readonly darkgray: string;
  };
  export default asciichart;
}
