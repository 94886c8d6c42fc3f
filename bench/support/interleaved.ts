/** A way of doing something. @returns the time it took [ms] */
export type Way = () => Promise<number>;

/**
 * Times of each way, round by round; the first round is not counted. Who goes first changes from round to round, and every second one goes backwards:
 * a way may pay for what the one before it left behind.
 */
export async function interleaved(
  ways: Readonly<Record<string, Way>>,
  rounds: number,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const entries = Object.entries(ways);
  const times: Record<string, number[]> = Object.fromEntries(entries.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < entries.length; turn++) {
      const place = round % 2 === 0 ? round + turn : round - turn + entries.length;
      const [name, run] = entries[place % entries.length] as [string, Way];
      const ms = await run();
      if (round > 0) times[name]?.push(ms);
    }
  }
  return times;
}
