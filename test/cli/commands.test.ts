import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import * as policies from '../../src/policies/index.js';
import { REPLAY_NOTE } from '../../src/replay/note.js';
import { formatNumber } from '../../src/report/format.js';
import { type LoggedRun, readRunLog } from '../../src/run-log/read.js';
import { contentOf, jsonLines, LOG, RESUMED_LOG, run, useFolder } from './support.js';

const file = useFolder();
const { text: TEXT, runs: RUNS, steps: STEPS } = contentOf(LOG);
const { facts: FACTS } = (RUNS[0] as LoggedRun).header;
const resumed = contentOf(RESUMED_LOG);
const METRICS = 'test/golden/imports/metrics.csv';
const COMMANDS = ['inspect', 'replay', 'compare', 'sweep', 'verify', 'report', 'convert', 'policies', 'serve'];

describe('help', () => {
  test('lists the commands, what a replay cannot say, and the exit codes', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    expect(out).toContain('not the loss that the run would have reached');
    expect(out).toMatch(/Exit codes: 0 done; 1 .*; 2 .*; 3 .*; 4 /);
  });

  test.each(COMMANDS)('of %s has examples', async (command) => {
    const { code, out } = await run([command, '--help']);
    expect(code).toBe(0);
    expect(out).toContain('Examples:\n  $ ');
    expect(out).toContain(`tfjs-adaptive-batch ${command}`);
  });
});

test.each([
  [[], 2, 'Usage: tfjs-adaptive-batch'],
  [['replai'], 2, "unknown command 'replai'"],
  [['replay', '--jsn'], 2, "unknown option '--jsn'"],
  [['replay'], 2, 'name a log, or - for standard input'],
  [['replay', '-', '-'], 2, "'-' is standard input, which can be read once"],
  [['replay', LOG, '--policy', 'walk'], 2, "there is no policy 'walk'"],
  [['replay', LOG, '--set', 'memory=0'], 2, 'memory must be a finite number > 0; got 0'],
  [
    ['replay', LOG, '--from', 'csv'],
    2,
    'Allowed choices are run-log, keras-csv, lightning-csv, hugging-face, tensorboard',
  ],
  [['replay', METRICS, '--batch-size', '0'], 2, 'It must be a whole number >= 1.'],
  [['replay', METRICS, '--learning-rate', 'x'], 2, 'It must be a number >= 0.'],
  [['replay', METRICS, '--column', 'lost=x'], 2, 'It must be one of loss, validationLoss'],
  [
    ['replay', METRICS, '--batch-size', '8'],
    2,
    "policy 'gaussianWalk' needs gradient statistics, step times; the log has the loss",
  ],
  [['compare', LOG, '-p', 'fixed', '-p', 'fixed'], 2, "--policy 'fixed' is given twice"],
  [['sweep', LOG], 2, "required option '-g, --grid <name=value,…>' not specified"],
  [['sweep', LOG, '-g', 'memory'], 2, "--grid must be name=value; got 'memory'"],
  [['sweep', LOG, '-g', 'cooled.stops=1'], 2, "cooled has no option 'stops'"],
  [['report', LOG], 2, "required option '-o, --output <file>' not specified"],
  [['report', LOG, '-o', 'run.pdf'], 2, "what to write is not told by 'run.pdf'"],
  [['convert', LOG, 'run.csv'], 2, "the format is not told by 'run.csv': say --to"],
  [['serve', '--policy', 'nobody'], 2, "there is no policy 'nobody'"],
  [['replay', 'nowhere.jsonl'], 3, "cannot read 'nowhere.jsonl': ENOENT"],
  [['replay', 'src'], 3, "cannot read 'src': EISDIR"],
  [['verify', METRICS, '--batch-size', '8'], 3, 'metrics.csv:3: decision must be an object'],
  [['replay', METRICS, '-p', 'fixed'], 3, 'does not tell the batch size: give facts.baseBatchSize (--batch-size)'],
  [['inspect', METRICS, '--column', 'loss=lost', '--batch-size', '8'], 3, "there is no column 'lost' for loss"],
] as const)('%j ends with %i', async (words, code, message) => {
  const ran = await run(words);
  expect(ran.err).toContain(message);
  expect(ran.code).toBe(code);
  expect(ran.out).toBe('');
});

describe('verify', () => {
  test('finds golden logs the same, gzip or not, many at once', async () => {
    const { code, out, err } = await run(['verify', LOG, RESUMED_LOG]);
    expect(err).toBe('');
    expect(out).toBe(
      `same     ${LOG}: 1 run, ${STEPS} steps, bit for bit\nsame     ${RESUMED_LOG}: 2 runs, ${resumed.steps} steps, bit for bit\n`,
    );
    expect(code).toBe(0);
  });

  test('tells the first difference field by field and ends with 1', async () => {
    const lines = TEXT.trim().split('\n');
    const last = JSON.parse(lines.at(-1) as string);
    last.decision.batchSize++;
    const changed = [...lines.slice(0, -1), JSON.stringify(last)].join('\n');
    const { code, out } = await run(['verify'], { stdin: changed });
    expect(code).toBe(1);
    expect(out).toMatch(
      /^differs {2}standard input:\d+: step \d+\n {2}decision\.batchSize: logged \d+, replayed \d+\n$/,
    );
    const [line] = jsonLines((await run(['verify', '-', '--json'], { stdin: changed })).out);
    expect(line).toMatchObject({ log: 'standard input', isSame: false, note: REPLAY_NOTE });
  });

  test('goes on after a log that cannot be read', async () => {
    const { code, out, err } = await run(['verify', 'nowhere.jsonl', LOG]);
    expect(err).toMatch(/^error: cannot read 'nowhere\.jsonl': ENOENT.*\n$/);
    expect(out).toContain(`same     ${LOG}`);
    expect(code).toBe(3);
  });
});

describe('replay', () => {
  test("makes a log's own decisions", async () => {
    const [first, start, ...decisions] = jsonLines((await run(['replay', LOG, '--json'])).out);
    expect(first).toEqual({ log: LOG, note: REPLAY_NOTE });
    expect(start).toMatchObject({ step: 0, reason: 'start' });
    expect(decisions).toEqual(readRunLog(TEXT).runs[0]?.steps.map(({ decision }) => decision));
  });

  test('makes those of another policy, from standard input too', async () => {
    const words = ['replay', '-', '--policy', 'fixed:batchSize=64', '--rule', 'linear', '--json'];
    const { out } = await run(words, { stdin: gunzipSync(readFileSync(LOG)) });
    const decisions = jsonLines(out).slice(1);
    expect(decisions).toHaveLength(STEPS + 1);
    const learningRate = FACTS.baseLearningRate * (64 / FACTS.baseBatchSize);
    for (const decision of decisions) expect(decision).toMatchObject({ batchSize: 64, learningRate });
  });

  test('follows a schedule by the examples seen', async () => {
    const words = [
      'replay',
      LOG,
      '-p',
      'fixed',
      '--rule',
      'none',
      '--schedule',
      'inverseTime:over={"examples":500}',
      '--json',
    ];
    const decisions = jsonLines((await run(words)).out).slice(2);
    expect(decisions).toHaveLength(STEPS);
    RUNS[0]?.steps.forEach(({ observation: { examplesSeen } }, i) => {
      expect(decisions[i]?.learningRateFactor).toBe(1 / (1 + examplesSeen / 500));
    });
    const own = ['replay', LOG, '--schedule', 'cosine:examples=64', '--json'];
    expect(jsonLines((await run(own)).out).at(-1)?.learningRate).not.toBe(RUNS[0]?.steps.at(-1)?.decision.learningRate);
  });

  test.each([
    ['cosine:steps=100', "error: cosine has no option 'steps': a step is longer the larger the batch."],
    ['cosin', "error: there is no schedule 'cosin'; there are bottou, constant, cosine, inverseTime, step"],
    ['{"options":{}}', 'error: schedule must be JSON with name and options'],
  ])('refuses the schedule %s', async (schedule, message) => {
    const { code, err } = await run(['replay', LOG, '--schedule', schedule]);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  test('refuses a rule for Adam on the record of another optimizer', async () => {
    const { code, err } = await run(['replay', LOG, '--rule', 'adamSquareRoot', '--json']);
    expect(err).toContain("learning-rate rule 'adamSquareRoot' sets Adam's betas and epsilon");
    expect(err).toContain('use squareRoot() instead');
    expect(code).toBe(3);
  });

  test('as text shows the changes with their reasons, and says what it is', async () => {
    const { out } = await run(['replay', LOG]);
    expect(out).toMatch(/after step \d+: \d+ → \d+: \S/);
    expect(out).toMatch(/A replay shows the decisions/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
    expect(out).not.toMatch(/\u001b/);
  });

  test('writes a file, and no file twice', async () => {
    const path = file('decisions.jsonl');
    const words = ['replay', LOG, '--json', '-o', path];
    expect(await run(words)).toEqual({ code: 0, out: '', err: '' });
    const before = readFileSync(path);
    expect(await run(words)).toMatchObject({
      code: 4,
      err: `error: '${path}' is there already; --force overwrites it\n`,
    });
    expect(await run([...words, '-p', 'fixed', '--force'])).toMatchObject({ code: 0 });
    expect(readFileSync(path)).not.toEqual(before);
  });

  test('never writes over its input, by whatever name', async () => {
    const [path, link] = [file('run.jsonl'), file('link.jsonl')];
    writeFileSync(path, TEXT);
    symlinkSync(path, link);
    expect(await run(['replay', path, '-o', link, '--force'])).toMatchObject({
      code: 4,
      err: `error: '${link}' is an input: it would be lost\n`,
    });
    expect(readFileSync(path, 'utf8')).toBe(TEXT);
  });

  test('leaves no file where the input cannot be read', async () => {
    const path = file('decisions.jsonl');
    expect((await run(['replay', 'nowhere.jsonl', '-o', path])).code).toBe(3);
    expect(existsSync(path)).toBe(false);
  });
});

describe('compare and sweep', () => {
  test('compare shows each policy beside the run', async () => {
    const { out, code } = await run(['compare', LOG, '-p', 'default', '-p', 'fixed:batchSize=64', '--rule', 'linear']);
    expect(code).toBe(0);
    const examples = RUNS[0]?.steps.at(-1)?.observation.examplesSeen ?? Number.NaN;
    expect(out).toMatch(new RegExp(`^logged .* ${formatNumber(examples)} `, 'm'));
    expect(out).toMatch(/^default /m);
    expect(out).toMatch(/^fixed:batchSize=64 +64 +64 +64 +64 /m);
    expect(out).toMatch(/Batch size/);
    expect(out).toContain(REPLAY_NOTE);
    expect((await run(['compare', LOG, '--no-chart'])).out).not.toMatch(/┤/);
  });

  test('compare as JSON is that of the library', async () => {
    const [comparison] = jsonLines((await run(['compare', LOG, '--json'])).out);
    expect(comparison).toMatchObject({ log: LOG, note: REPLAY_NOTE, runs: [{ steps: STEPS }] });
    const [{ outcomes }] = (comparison as { runs: unknown }).runs as [{ outcomes: { name: string }[] }];
    expect(outcomes.map(({ name }) => name)).toEqual(['logged', 'default']);
  });

  test('sweep tries every combination', async () => {
    const { out } = await run(['sweep', LOG, '-g', 'memory=500,2000', '-g', 'cooled.steps=5,10', '--json']);
    const [{ outcomes }] = (jsonLines(out)[0] as { runs: unknown }).runs as [{ outcomes: { name: string }[] }];
    expect(outcomes.map(({ name }) => name)).toEqual([
      'logged',
      'memory=500 cooled.steps=5',
      'memory=500 cooled.steps=10',
      'memory=2000 cooled.steps=5',
      'memory=2000 cooled.steps=10',
    ]);
    const scheduled = await run(['sweep', LOG, '--schedule', 'cosine', '-g', 'cosine.epochs=1,9', '--json']);
    const [{ outcomes: courses }] = (jsonLines(scheduled.out)[0] as { runs: unknown }).runs as [
      { outcomes: { name: string; learningRate: { last: number } }[] },
    ];
    expect(courses.map(({ name }) => name)).toEqual(['logged', 'cosine.epochs=1', 'cosine.epochs=9']);
    expect(courses[1]?.learningRate.last).toBeLessThan(courses[2]?.learningRate.last as number);
    const text = await run(['sweep', LOG, '-p', 'fixed', '-g', 'fixed.batchSize=[16,64]']);
    expect(text.out).toMatch(/^fixed\.batchSize=64 +64 /m);
    expect(text.out).toContain(REPLAY_NOTE);
  });

  test('a log of losses serves what it can', async () => {
    const { out, code } = await run([
      'compare',
      METRICS,
      '--batch-size',
      '32',
      '-p',
      'fixed:batchSize=64',
      '--no-chart',
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(/^fixed:batchSize=64 +64 /m);
  });
});

describe('inspect', () => {
  test('tells what is in a log', async () => {
    const { out } = await run(['inspect', RESUMED_LOG]);
    expect(out).toContain(`${RESUMED_LOG}: run-log; tells the loss`);
    expect(out).toContain(`policies that it can serve: ${Object.keys(policies).join(', ')}\n`);
    expect(out).toMatch(/policy +\w+\(/);
    expect(out).toMatch(/loss +[▁▂▃▄▅▆▇█]+ /);
    expect(out).toMatch(/version 0\.1\.0, resumed/);
  });

  test('of other tools says which policies they can serve', async () => {
    const words = ['inspect', METRICS, 'test/golden/imports/trainer_state.json', '--batch-size', '32', '--json'];
    const [metrics, state] = jsonLines((await run(words)).out);
    const signals = ['loss', 'validationLoss', 'learningRate'];
    const policies = ['fixed', 'growOnPlateau', 'lossDamping', 'stages'];
    expect(metrics).toMatchObject({ format: 'lightning-csv', signals, policies });
    expect(state).toMatchObject({
      format: 'hugging-face',
      signals,
      policies,
      runs: [{ summary: { steps: 4 } }],
    });
  });

  test('names the policies within a combinator of several', async () => {
    const several =
      '{"name":"maxOf","options":{"policies":[{"name":"fixed","options":{"batchSize":8}},{"name":"fixed","options":{}}]}}';
    const log = TEXT.replace(/"policy":.*?,"learningRate":/, `"policy":${several},"learningRate":`);
    const { out } = await run(['inspect', '-'], { stdin: log });
    expect(out).toMatch(/policy +maxOf\(fixed\(batchSize 8\), fixed\)/);
  });

  test('with charts', async () => {
    expect((await run(['inspect', LOG, '--chart'])).out).toMatch(/┤/);
  });

  test('does not let a log steer the terminal', async () => {
    const evil = TEXT.replace('"policy":{"name":"', '"policy":{"name":"\\u001b[2Jevil\\u0007').replace(
      /"reason":"[^"]*"/g,
      '"reason":"\\u001b[31m"',
    );
    const { out } = await run(['inspect', '-'], { stdin: evil });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(out).not.toMatch(/[\u001b\u0007]/);
    expect(out).toContain('\\u001b[2Jevil');
  });
});

test('a run that was killed before its first step is a run', async () => {
  const stdin = '{"runLog":1,"facts":{"baseBatchSize":8,"baseLearningRate":0.1},"options":{},"about":{}}\n';
  for (const words of [['inspect'], ['replay'], ['compare'], ['sweep', '-g', 'memory=1,2'], ['verify']]) {
    const { code, out } = await run(words, { stdin });
    expect([words, code]).toEqual([words, 0]);
    expect(out).not.toMatch(/undefined|NaN|∞/);
  }
});

describe('report', () => {
  test.each([
    ['html', /^<!doctype html>/i],
    ['svg', /^<svg/],
  ])('writes %s', async (kind, start) => {
    const path = file(`run.${kind}`);
    expect(await run(['report', LOG, RESUMED_LOG, '-p', 'default', '-o', path])).toEqual({ code: 0, out: '', err: '' });
    const text = readFileSync(path, 'utf8');
    expect(text).toMatch(start);
    expect(text).toContain('default on');
  });

  test('writes text to standard output', async () => {
    expect((await run(['report', LOG, '--as', 'text', '-o', '-'])).out).toMatch(/┤/);
  });

  test('of no log that can be read is none', async () => {
    const path = file('run.html');
    expect((await run(['report', 'nowhere.jsonl', '-o', path])).code).toBe(3);
    expect(existsSync(path)).toBe(false);
  });
});

describe('convert', () => {
  test.each(['keras-csv', 'lightning-csv', 'hugging-face', 'tensorboard'])(
    'to %s and back, it still verifies',
    async (format) => {
      const [there, back] = [file('there'), file('back.jsonl.gz')];
      expect(await run(['convert', LOG, there, '--to', format])).toEqual({ code: 0, out: '', err: '' });
      expect((await run(['verify', there])).out).toContain(`1 run, ${STEPS} steps, bit for bit`);
      expect(await run(['convert', there, back])).toEqual({ code: 0, out: '', err: '' });
      const lines = gunzipSync(readFileSync(back)).toString('utf8');
      expect(readRunLog(lines).runs).toEqual(readRunLog(TEXT).runs);
    },
  );

  test('from another tool makes a run log that remembers what it can serve', async () => {
    const path = file('run.jsonl');
    await run(['convert', 'test/golden/imports/keras.csv', path, '--batch-size', '32', '--dataset-size', '1000']);
    const { code, err } = await run(['replay', path]);
    expect(code).toBe(2);
    expect(err).toContain("policy 'gaussianWalk' needs gradient statistics");
    expect((await run(['replay', path, '-p', 'fixed'])).code).toBe(0);
  });

  test('takes a half result away', async () => {
    const path = file('run.csv');
    const broken = TEXT.split('\n')
      .slice(0, 50)
      .concat('{"step": 1}', TEXT.split('\n')[60] as string)
      .join('\n');
    const { code, err } = await run(['convert', '-', path, '--to', 'keras-csv'], { stdin: broken });
    expect(err).toMatch(/^error: standard input:51: /);
    expect(code).toBe(3);
    expect(existsSync(path)).toBe(false);
  });
});

describe('policies', () => {
  test('lists them with options and defaults', async () => {
    const { out } = await run(['policies']);
    expect(out).toMatch(/gaussianWalk\n.*\n {4}Needs the loss, gradient statistics, step times\.\n/);
    expect(out).toMatch(/minGain\n(.*\n)*?.*Default: 1\.05\./);
    expect(out).toMatch(/^Schedules of the learning rate\n(.*\n)*? {2}cosine\n(.*\n)*? {6}floor\n/m);
    const [all] = jsonLines((await run(['policies', '--json'])).out);
    expect(all).toMatchObject({
      default: { name: 'cooled' },
      policies: expect.any(Array),
      combinators: expect.any(Array),
      rules: expect.any(Array),
      schedules: expect.any(Array),
    });
  });

  test('in colour on a terminal, unless NO_COLOR says otherwise', async () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
    const colored = /\u001b\[/;
    expect((await run(['policies'], { isTerminal: true })).out).toMatch(colored);
    expect((await run(['policies'], { isTerminal: true, env: { NO_COLOR: '1' } })).out).not.toMatch(colored);
    expect((await run(['policies'])).out).not.toMatch(colored);
  });
});

describe('serve', () => {
  const facts = '{"facts":{"baseBatchSize":16,"baseLearningRate":0.1}}';
  const step =
    '{"step":1,"epoch":0,"examplesSeen":16,"batchSize":16,"microBatches":1,"learningRate":0.1,"baseLearningRate":0.1,"loss":2,"stepMs":5}';

  test('answers each line with one', async () => {
    const { out, code, err } = await run(['serve'], { stdin: `${facts}\n${step}\nnonsense\n` });
    expect([code, err]).toEqual([0, '']);
    expect(jsonLines(out)).toMatchObject([
      { step: 0, batchSize: 16, learningRate: 0.1 },
      { step: 1, batchSize: 16 },
      { error: 'line 3: not a JSON object' },
    ]);
  });

  test('makes the decisions of a log again', async () => {
    const [header, ...steps] = TEXT.trim().split('\n') as [string, ...string[]];
    const { facts: logged, options } = JSON.parse(header);
    const { out } = await run(['serve'], { stdin: [JSON.stringify({ facts: logged, options }), ...steps].join('\n') });
    expect(jsonLines(out).slice(1)).toEqual(readRunLog(TEXT).runs[0]?.steps.map(({ decision }) => decision));
  });

  test('goes on from the state of another server, and its log verifies too', async () => {
    const lines = TEXT.trim().split('\n');
    const [header, ...steps] = lines as [string, ...string[]];
    const { facts: logged, options } = JSON.parse(header);
    const half = Math.floor(steps.length / 2);
    const begin = { facts: logged, options };
    const first = [JSON.stringify(begin), ...steps.slice(0, half), '{"get":"state"}'].join('\n');
    const { state } = jsonLines((await run(['serve'], { stdin: first })).out).at(-1) as { state: object };
    const path = file('resumed.jsonl');
    const second = [JSON.stringify({ ...begin, state }), ...steps.slice(half)].join('\n');
    const { out } = await run(['serve', '--log', path], { stdin: second });
    const decisions = RUNS[0]?.steps.map(({ decision }) => decision) ?? [];
    expect(jsonLines(out)).toEqual(decisions.slice(half - 1));
    expect((await run(['verify', path])).out).toContain(`${STEPS - half} steps, bit for bit`);
  });

  test('writes a log that verifies, and none over another', async () => {
    const path = file('served.jsonl');
    const words = ['serve', '--policy', 'gaussianWalk', '--log', path];
    expect((await run(words, { stdin: `${facts}\n${step}` })).code).toBe(0);
    expect((await run(['verify', path])).out).toContain('1 run, 1 step, bit for bit');
    expect((await run(words, { stdin: facts })).code).toBe(4);
  });
});
