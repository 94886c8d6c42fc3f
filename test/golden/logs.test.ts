import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verify } from '../../src/replay/index.js';
import { openLog } from '../../src/run-log/file.js';
import { readRecords } from '../../src/run-log/stream.js';
import { statesDigest } from './digest.js';
import { DIGESTS, EXAMPLES, logOf, ownPolicy } from './logs.js';
import { runWithLog } from './run-with-log.js';

/** Made by an earlier version of the code on one machine; whatever becomes faster or runs elsewhere must decide the same to the last bit. */
describe.each(EXAMPLES)('the golden log of %s', (example) => {
  test('verifies bit for bit', async () => {
    const { isSame, steps, difference } = await verify(readRecords(openLog(logOf(example))), ownPolicy(example));
    expect({ isSame, difference }).toEqual({ isSame: true, difference: undefined });
    expect(steps).toBeGreaterThan(50);
  });

  test('goes through the same states', async () => {
    const digests = JSON.parse(readFileSync(DIGESTS, 'utf8')) as Record<string, string>;
    expect(await statesDigest(logOf(example), ownPolicy(example))).toBe(digests[example]);
  });
});

test.each(EXAMPLES)('a fresh run of %s verifies bit for bit', async (example) => {
  const folder = mkdtempSync(join(tmpdir(), 'golden-'));
  const path = join(folder, 'run.jsonl');
  try {
    await runWithLog(example, path);
    const { isSame, steps } = await verify(readRecords(openLog(path)), ownPolicy(example));
    expect(isSame).toBe(true);
    expect(steps).toBeGreaterThan(50);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
