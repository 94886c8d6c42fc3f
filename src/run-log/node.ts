type Process = {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly pid: number;
  readonly stderr?: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };
  getBuiltinModule?: (id: string) => unknown;
  once(event: 'exit', listener: () => void): unknown;
  off(event: 'exit', listener: () => void): unknown;
};
type Host = { readonly process?: Process };

export type FileSystem = typeof import('node:fs');

/** Node's process, found without an import that a bundler for browsers would stumble over; undefined elsewhere. */
export function hostProcess(): Process | undefined {
  return (globalThis as Host).process;
}

/**
 * Node's fs, likewise.
 * @param instead what to do where there is none, for the message
 * @throws Error where there is none
 */
export function fileSystem(instead: string): FileSystem {
  const found = hostProcess()?.getBuiltinModule?.('node:fs') as FileSystem | undefined;
  if (found === undefined) throw new Error(instead);
  return found;
}

/** The machine's name. */
export function hostName(): string {
  const os = hostProcess()?.getBuiltinModule?.('node:os') as typeof import('node:os') | undefined;
  return os?.hostname() ?? 'localhost';
}

/** Standard input, likewise. */
export function standardInput(): AsyncIterable<Uint8Array> | undefined {
  return hostProcess()?.stdin;
}
