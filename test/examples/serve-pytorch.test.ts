import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readRunLog } from '../../src/run-log/read.js';
import { useBuiltCommand } from '../cli/built-command.js';
import { run, useFolder } from '../cli/support.js';

/** The first Python that has torch. */
const python = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-c', 'import torch']).status === 0);
const withTorch = python === undefined ? test.skip : test;
const SLOW_MS = 120_000;

function runPython(words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(python as string, words, { encoding: 'utf8', timeout: SLOW_MS });
  if (status !== 0) throw new Error(`python3 ended with ${status}: ${stderr}`);
  return stdout;
}

const { path } = useBuiltCommand();
const file = useFolder();

withTorch(
  'PyTorch, two gloo processes: the batch follows the decisions, and the log verifies',
  async () => {
    const log = file('served.jsonl');
    const command = `${process.execPath} ${path()} serve`;
    const words = ['examples/serve-pytorch/train.py', '--command', command, '--log', log, '--epochs', '4'];
    const result = JSON.parse(runPython(words));
    expect(result.examples).toBe(4 * 4096);
    expect(result.loss).toBeLessThan(0.7);

    expect((await run(['verify', log])).out).toContain(`1 run, ${result.steps} steps, bit for bit`);
    const [served] = readRunLog(readFileSync(log, 'utf8')).runs;
    const steps = served?.steps ?? [];
    expect(steps).toHaveLength(result.steps);
    steps.slice(1).forEach(({ observation }, i) => {
      const { decision } = steps[i] as (typeof steps)[number];
      if (observation.short !== true) expect(observation.batchSize).toBe(decision.batchSize);
      expect(observation.learningRate).toBe(decision.learningRate);
      expect(observation.gradient !== undefined).toBe(decision.measure);
    });
    expect(steps.filter(({ observation }) => observation.gradient !== undefined).length).toBeGreaterThan(8);
  },
  SLOW_MS,
);

withTorch(
  'PyTorch, two gloo processes: their statistics are those of the formulas',
  () => {
    const { found, expected } = JSON.parse(runPython(['test/examples/serve-pytorch.py']));
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    expect(found).toMatchObject({ route: 'microBatches', degreesOfFreedom: 1 });
    for (const [name, value] of Object.entries(expected)) {
      if (typeof value !== 'number') expect(found[name]).toEqual(value);
      else expect(found[name] / value).toBeCloseTo(1, 5);
    }
  },
  SLOW_MS,
);

(python === undefined ? test : test.skip)('PyTorch is not here: its example is not run', () => undefined);
