type Files = { readFileSync(path: string, encoding: 'utf8'): string };
type Host = { readonly process?: { getBuiltinModule?(id: string): unknown } };

/** A line of /proc/self/limits, and the line of /proc/self/status that counts against it [kB there]. */
const LIMITS: readonly (readonly [limit: string, used: string])[] = [
  ['Max data size', 'VmData'],
  ['Max address space', 'VmSize'],
];

/** Linux's account of this process, in Node; nothing elsewhere. */
function readAccount(name: 'limits' | 'status'): string {
  const files = (globalThis as Host).process?.getBuiltinModule?.('node:fs') as Files | undefined;
  return files?.readFileSync(`/proc/self/${name}`, 'utf8') ?? '';
}

/**
 * Bytes that this process may still take under the limits that a shell or a supervisor sets it (`ulimit -d`, `ulimit -v`, systemd's `LimitDATA`).
 * Node's `availableMemory()` knows of the machine's memory and the container's, not of these.
 * @returns Infinity where there is no limit, or none that can be read: only Linux shows them
 */
export function roomInProcess(read = readAccount): number {
  try {
    const [limits, status] = [read('limits'), read('status')];
    const rooms = LIMITS.map(([limit, used]) => {
      const most = Number(new RegExp(`^${limit}\\s+(\\d+)`, 'm').exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
      return most - 1024 * Number(new RegExp(`^${used}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    });
    return Math.max(0, Math.min(...rooms));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
