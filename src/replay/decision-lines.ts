import { decisionWriter } from '../run-log/format-decision.js';
import type { LogRecord } from '../run-log/records.js';
import { beginRun, checkDeciding, type Deciding, type Records, type Replayed } from './run.js';

/** Written at once [bytes]. */
const PIECE = 1 << 16;

/**
 * The decisions on a log as JSON Lines in UTF-8, many lines for each batch of records.
 *
 * A run's first line is the decision before its first step, of step 0, or of the last step before where the run was resumed; a decision for
 * each step follows.
 * @throws RangeError or TypeError with file and line, if a run cannot be replayed
 * @example for await (const bytes of decisionBytes(readRecords(openLog('run.jsonl')))) process.stdout.write(bytes);
 */
export async function* decisionBytes(
  log: Records,
  deciding: Deciding = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  checkDeciding('replay', deciding);
  const writer = decisionWriter();
  let run: Replayed | undefined;
  function write(records: readonly LogRecord[]): void {
    for (const record of records) {
      if (record.kind === 'step') {
        writer.add((run as Replayed).advance(record).decision);
      } else {
        run = beginRun(record, deciding);
        writer.add(run.state.decision);
      }
    }
  }
  for await (const records of log) {
    write(records);
    if (writer.size >= PIECE) yield writer.take();
  }
  yield writer.take();
}

/** {@link decisionBytes} as text. */
export async function* decisionLines(log: Records, deciding: Deciding = {}): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  for await (const bytes of decisionBytes(log, deciding)) yield decoder.decode(bytes);
}
