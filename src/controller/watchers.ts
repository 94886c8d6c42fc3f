/**
 * The watchers that an option holds: none, one or several.
 * @throws TypeError if one of them is no function
 */
export function watchersIn<Watcher>(watch: Watcher | readonly Watcher[] = []): readonly Watcher[] {
  const watchers = Array.isArray(watch) ? (watch as readonly Watcher[]) : [watch as Watcher];
  for (const watcher of watchers) {
    if (typeof watcher === 'function') continue;
    throw new TypeError(`watch must be a function or several, for example progressBar(); got ${String(watcher)}`);
  }
  return watchers;
}
