/** Colours of the terminal for the series, by their codes; told apart by position in the legend as well. */
const CODES = [36, 33, 32, 35, 34, 31, 37];

/** Puts colour on text, or leaves it as it is. */
export interface Paint {
  readonly hasColor: boolean;
  /** @param pen of a series; below 0 for none */
  series(text: string, pen: number): string;
  bold(text: string): string;
  dim(text: string): string;
}

type Host = {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdout?: { readonly isTTY?: boolean };
};

/** Whether standard output shows colours: not under NO_COLOR, nor where it is no terminal. FORCE_COLOR overrides the second. */
export function showsColor(host: Host | undefined = (globalThis as { process?: Host }).process): boolean {
  const env = host?.env ?? {};
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return host?.stdout?.isTTY === true && env.TERM !== 'dumb';
}

/** @see Paint */
export function paint(hasColor: boolean): Paint {
  const wrap = (open: number, close: number) => (text: string) =>
    hasColor && text.trim() !== '' ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    hasColor,
    series: (text, pen) => (pen < 0 ? text : wrap(CODES[pen % CODES.length] as number, 39)(text)),
    bold: wrap(1, 22),
    dim: wrap(2, 22),
  };
}
