/** A way of doing something. @returns the time it took [ms] */
export type Way = () => Promise<number>;

/** Times of each way, round by round; who goes first changes from round to round, the first round is not counted. */
export async function interleaved(
  ways: Readonly<Record<string, Way>>,
  rounds: number,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const entries = Object.entries(ways);
  const times: Record<string, number[]> = Object.fromEntries(entries.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < entries.length; turn++) {
      const [name, run] = entries[(round + turn) % entries.length] as [string, Way];
      const ms = await run();
      if (round > 0) times[name]?.push(ms);
    }
  }
  return times;
}
