import { createColors } from 'picocolors';
import { showsColor } from '../report/paint.js';

/** Where the command writes: a file, a pipe or a terminal. */
export interface OutStream {
  write(chunk: Uint8Array | string): boolean;
  once(event: 'drain' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: string, listener: () => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** All that the command sees of the process that it runs in. */
export interface Io {
  readonly stdin: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
  readonly stdout: OutStream;
  readonly stderr: OutStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Colours for standard output: none under NO_COLOR or in a pipe. */
export function colorsOf({ env, stdout }: Io): ReturnType<typeof createColors> {
  return createColors(hasColor({ env, stdout }));
}

/** Whether standard output is to have colours. */
export function hasColor({ env, stdout }: Pick<Io, 'env' | 'stdout'>): boolean {
  return showsColor({ env, stdout: { isTTY: stdout.isTTY === true } });
}

const [NARROWEST, USUAL, WIDEST] = [40, 80, 120];

/** Columns to write in. */
export function widthOf({ stdout }: Io): number {
  return Math.min(Math.max(stdout.columns ?? USUAL, NARROWEST), WIDEST);
}
