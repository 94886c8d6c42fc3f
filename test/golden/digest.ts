import { createHash } from 'node:crypto';
import type { DecisionOptions } from '../../src/assembly/options.js';
import { beginRun } from '../../src/replay/run.js';
import { openLog } from '../../src/run-log/file.js';
import { readRecords } from '../../src/run-log/stream.js';

/** The keys of every object in order: states are compared by what they hold. */
function ordered(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** SHA-256 of all states and estimates that the replay of a log goes through, to the last bit. */
export async function statesDigest(path: string, own: Pick<DecisionOptions, 'policy'>): Promise<string> {
  const hash = createHash('sha256');
  let run: ReturnType<typeof beginRun> | undefined;
  for await (const records of readRecords(openLog(path))) {
    for (const record of records) {
      if (record.kind === 'header') run = beginRun(record, own as Required<typeof own>);
      else run?.advance(record);
      hash.update(JSON.stringify(run?.state, ordered));
    }
  }
  return hash.digest('hex');
}
