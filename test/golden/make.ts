// Runs the numbered examples, keeps their run logs in test/golden/logs and what a replay of each goes through; writes the schema of the
// format to docs: `npm run golden`.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runLogSchema } from '../../src/run-log/json-schema.js';
import { statesDigest } from './digest.js';
import { DIGESTS, EXAMPLES, FOLDER, logOf, ownPolicy } from './logs.js';
import { runWithLog } from './run-with-log.js';

const scratch = mkdtempSync(join(tmpdir(), 'golden-'));
mkdirSync(FOLDER, { recursive: true });
const digests: Record<string, string> = {};
for (const example of EXAMPLES) {
  const text = await runWithLog(example, join(scratch, 'run.jsonl'));
  writeFileSync(logOf(example), gzipSync(text, { level: 9 }));
  digests[example] = await statesDigest(logOf(example), ownPolicy(example));
  console.log(`${logOf(example)}: ${text.split('\n').length - 1} lines`);
}
writeFileSync(join('docs', 'run-log.schema.json'), `${JSON.stringify(runLogSchema(), null, 2)}\n`);
writeFileSync(DIGESTS, `${JSON.stringify(digests, null, 2)}\n`);
rmSync(scratch, { recursive: true });
