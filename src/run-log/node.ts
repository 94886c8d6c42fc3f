type Host = { process?: { readonly stdin: AsyncIterable<Uint8Array>; getBuiltinModule?: (id: string) => unknown } };

export type FileSystem = typeof import('node:fs');

/**
 * Node's fs, found without an import that a bundler for browsers would stumble over.
 * @param instead what to do where there is none, for the message
 * @throws Error where there is none
 */
export function fileSystem(instead: string): FileSystem {
  const found = (globalThis as Host).process?.getBuiltinModule?.('node:fs') as FileSystem | undefined;
  if (found === undefined) throw new Error(instead);
  return found;
}

/** Standard input, likewise. */
export function standardInput(): AsyncIterable<Uint8Array> | undefined {
  return (globalThis as Host).process?.stdin;
}
