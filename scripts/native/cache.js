import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where wheel and built packages are kept, beside no checkout: `$XDG_CACHE_HOME` or the platform's own place. */
export function cacheFolder() {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const system = process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
  const windows = process.platform === 'win32' ? LOCALAPPDATA : undefined;
  return join(XDG_CACHE_HOME || windows || system, 'tfjs-adaptive-batch');
}
