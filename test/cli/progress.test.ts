import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { LOG, run, useFolder } from './support.js';

const file = useFolder();
const TEXT = gunzipSync(readFileSync(LOG)).toString('utf8');

/** Longer than 8 MiB. */
function longLog(): string {
  const path = file('long.jsonl');
  writeFileSync(path, TEXT.repeat(Math.ceil(2 ** 23 / TEXT.length)));
  return path;
}

test('a bar on a terminal for a long log, none for a short one or in a pipe', async () => {
  const path = longLog();
  expect((await run(['verify', path], { isTerminal: true })).err).toMatch(/█.*% of 8 MB, /);
  expect((await run(['verify', path])).err).toBe('');
  expect((await run(['verify', LOG], { isTerminal: true })).err).toBe('');
});

test('the bar is gone at the end, and the message stands when the log breaks', async () => {
  const path = longLog();
  writeFileSync(path, '{"broken": true}\n', { flag: 'a' });
  const { err, code } = await run(['verify', path], { isTerminal: true });
  expect(err).toMatch(/error: .*long\.jsonl:\d+: step must be /);
  expect(code).toBe(3);
});
