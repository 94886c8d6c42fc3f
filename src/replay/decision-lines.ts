import { decisionFormat } from '../run-log/format-decision.js';
import type { LogRecord } from '../run-log/records.js';
import { beginRun, checkDeciding, type Deciding, type Records, type Replayed } from './run.js';

/**
 * The decisions on a log as JSON Lines, a text of many lines for each batch of records.
 *
 * A run's first line is that of the decision before its first step, as step 0 or the last step of a resumed run; a decision for each step follows.
 * @throws RangeError or TypeError with file and line, if a run cannot be replayed
 * @example for await (const text of decisionLines(readRecords(openLog('run.jsonl')))) process.stdout.write(text);
 */
export async function* decisionLines(log: Records, deciding: Deciding = {}): AsyncGenerator<string, void, undefined> {
  checkDeciding('replay', deciding);
  const format = decisionFormat();
  let run: Replayed | undefined;
  function linesOf(records: readonly LogRecord[]): string {
    let text = '';
    for (const record of records) {
      if (record.kind === 'step') {
        text += `${format((run as Replayed).advance(record).decision)}\n`;
      } else {
        run = beginRun(record, deciding);
        text += `${format(run.state.decision)}\n`;
      }
    }
    return text;
  }
  for await (const records of log) yield linesOf(records);
}
