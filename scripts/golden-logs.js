// Runs the numbered examples and keeps their run logs in test/golden/logs: `npm run golden`.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const FOLDER = join('test', 'golden', 'logs');
const scratch = mkdtempSync(join(tmpdir(), 'golden-'));
mkdirSync(FOLDER, { recursive: true });
for (const example of readdirSync('examples').filter((name) => /^\d\d-.*\.ts$/.test(name))) {
  const name = `${example.slice(0, -'.ts'.length)}.jsonl`;
  const path = join(scratch, name);
  const args = ['--import', 'tsx', '--import', './test/golden/log-runs.ts', join('examples', example)];
  execFileSync(process.execPath, args, {
    env: { ...process.env, RUN_LOG: path },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const text = readFileSync(path);
  writeFileSync(join(FOLDER, `${name}.gz`), gzipSync(text, { level: 9 }));
  console.log(`${name}.gz: ${text.toString().split('\n').length - 1} lines`);
}
rmSync(scratch, { recursive: true });
