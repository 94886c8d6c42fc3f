import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { shell, useBuiltCommand } from './built-command.js';
import { contentOf, jsonLines, LOG, RESUMED_LOG, useFolder } from './support.js';

const { path } = useBuiltCommand();
const file = useFolder();
const sh = (script: string) => shell(script, path());
const hasParallel = spawnSync('parallel', ['--version']).status === 0;

test('is executable, with the package naming it', () => {
  expect(statSync(path()).mode & 0o111).not.toBe(0);
  expect(readFileSync(path(), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect(JSON.parse(readFileSync('package.json', 'utf8')).bin).toEqual({ 'tfjs-adaptive-batch': './dist/cli.js' });
});

test('runs by itself, as npx runs it', async () => {
  const { code, out, err } = await sh(`$CLI verify ${LOG} ${RESUMED_LOG}`);
  expect(err).toBe('');
  expect(out).toMatch(/^same .*\nsame .*\n$/);
  expect(code).toBe(0);
});

test('brings the documentation of the policies along', async () => {
  const [{ policies }] = jsonLines((await sh('$CLI policies --json')).out) as [{ policies: { name: string }[] }];
  expect(policies.map(({ name }) => name)).toContain('gaussianWalk');
});

test('reads standard input, and shows no bar and no colour in a pipe', async () => {
  const { code, out, err } = await sh(`zcat ${LOG} | $CLI inspect | cat`);
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('standard input: run-log');
  expect(out).not.toContain('\u001b');
});

test('ends quietly when its reader has seen enough', async () => {
  const script = `for i in $(seq 400); do zcat ${LOG}; done > ${file('long.jsonl')}; { $CLI replay --json ${file('long.jsonl')}; echo "code $?" >&2; } | head -n 2`;
  const { out, err } = await sh(script);
  expect(jsonLines(out)).toHaveLength(2);
  expect(err).toBe('code 0\n');
  expect((await sh('{ $CLI --help; echo "code $?" >&2; } | true')).err).toBe('code 0\n');
});

test('tells a wrong usage from a log that cannot be read', async () => {
  expect((await sh('$CLI replay')).code).toBe(3);
  expect((await sh('$CLI replay nowhere')).code).toBe(3);
  expect((await sh('$CLI replay --what')).code).toBe(2);
  expect((await sh(`$CLI convert ${LOG} ${LOG} --to run-log`)).code).toBe(4);
});

test('writes a report that stands alone', async () => {
  const { code } = await sh(`$CLI report ${LOG} -p default -o ${file('run.html')}`);
  expect(code).toBe(0);
  const page = readFileSync(file('run.html'), 'utf8');
  expect(page).toContain('<script');
  expect(page).not.toMatch(/(src|href)="?https?:/);
});

test('serve answers each line before it is sent the next', async () => {
  const child = spawn(process.execPath, [path(), 'serve'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (line: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(line)}\n`);
    return JSON.parse((await answers.next()).value);
  };
  expect(await ask({ facts: { baseBatchSize: 16, baseLearningRate: 0.1 } })).toMatchObject({ step: 0, batchSize: 16 });
  for (let step = 1; step <= 50; step++) {
    const observation = {
      epoch: 0,
      batchSize: 16,
      microBatches: 1,
      learningRate: 0.1,
      baseLearningRate: 0.1,
      loss: 1,
      stepMs: 3,
    };
    expect(await ask({ ...observation, step, examplesSeen: 16 * step })).toMatchObject({ step, batchSize: 16 });
  }
  const ended = new Promise((done) => child.on('close', done));
  child.stdin.end();
  expect(await ended).toBe(0);
});

(hasParallel ? test : test.skip)('is a filter for GNU parallel', async () => {
  const script = `ls test/golden/logs/0[1-4]*.gz | parallel --keep-order $CLI verify --json {}`;
  const { code, out } = await sh(script);
  expect(jsonLines(out)).toMatchObject([1, 2, 3, 4].map(() => ({ isSame: true })));
  expect(code).toBe(0);
  const piped = await sh(
    `zcat ${LOG} ${RESUMED_LOG} | parallel --pipe --recstart '{"runLog"' -N1 $CLI verify --json -`,
  );
  const runs = jsonLines(piped.out);
  expect(runs).toHaveLength(3);
  for (const run of runs) expect(run).toMatchObject({ runs: 1, isSame: true });
});

test('is a filter for what hands lines to a process, as Spark does with a partition', async () => {
  const paths = `printf '%s\\n' ${LOG} ${RESUMED_LOG}`;
  const byPath = await sh(`${paths} | xargs $CLI verify --json`);
  expect(jsonLines(byPath.out)).toMatchObject([
    { log: LOG, isSame: true },
    { log: RESUMED_LOG, isSame: true },
  ]);
  const byLine = await sh(`zcat ${LOG} ${RESUMED_LOG} | $CLI replay --policy fixed:batchSize=64 --json -`);
  expect(jsonLines(byLine.out)).toHaveLength(1 + contentOf(LOG).steps + contentOf(RESUMED_LOG).steps + 3);
  expect((await sh(`echo '{"step": 1}' | $CLI replay --json -`)).code).toBe(3);
});
