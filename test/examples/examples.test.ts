import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);
const numbered = readdirSync('examples').filter((name) => /^\d\d-.*\.ts$/.test(name));

/** What the libraries say of themselves at each start: TensorFlow's C library, whatever its log level, and plain JavaScript in Node. */
const NOTICES: Readonly<Record<string, RegExp>> = {
  native: /^(WARNING: All log messages before absl|I\d{4} .*\.cc:\d+\] oneDNN custom operations).*\n/gm,
  cpu: /^\n=+\nHi, looks like you are running TensorFlow\.js in Node\.js\..*\n=+\n/gm,
};
const notice = NOTICES[process.env.TFJS_BACKEND ?? ''] ?? /$^/;

/** What each example must say. */
const EXPECTED: Readonly<Record<string, RegExp>> = {
  '01-fit.ts': /batch 16 -> 32: [\s\S]*loss by epoch \d[\s\S]*batch size by epoch \d/,
  '02-fit-dataset.ts': /loss by epoch \d[\s\S]*batch size by epoch \d/,
  '03-own-loop.ts': /step 200: loss 0\.\d+, next batch \d+: /,
  '04-streams-and-events.ts': /base batch 16[\s\S]*first noise scale: \d+[\s\S]*examples\/s[\s\S]*training over/,
  '05-own-policy.ts': /batch 32, rate 0\.283: the loss halved/,
  '06-resume.ts': /resumed with batch \d+[\s\S]*replay: (\d+) of \1 decisions[\s\S]*replay: (\d+) of \2 decisions/,
  '07-report.ts':
    /plain: run, \d+ steps[\s\S]*gaussianWalk on plain: replay[\s\S]*Batch size[\s\S]*wrote runs.report\.html/,
};

it('every numbered example has an expectation', () => {
  expect(numbered).toEqual(Object.keys(EXPECTED));
});

it.each(numbered)('%s runs as a user would run it', async (name) => {
  const { stdout, stderr } = await run(process.execPath, ['--import', 'tsx', `examples/${name}`]);
  expect(stderr.replace(notice, '')).toBe('');
  expect(stdout).toMatch(EXPECTED[name] as RegExp);
});
