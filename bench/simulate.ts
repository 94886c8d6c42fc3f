/**
 * Simulated trainings in plain arrays under a modelled clock, for the search of a policy: `npm run bench:simulate`.
 *
 * Each contender trains each task from the base's tuned rate times `--starts`, and is compared with the base (16 examples, tuned) and with the best fixed
 * (batch, rate) pair found in hindsight, which is kept in scratch/simulator.json.
 *
 * Flags: --tasks a,b (all); --seeds 3; --ratios 36,371 (t0/t1 in examples); --starts 1 (for example 1,0.125,8); --limit 3 (times the base's);
 * --noise 0.02 (of the clock); --contenders 'default;{"policy":{"name":"gaussianWalk","options":{}},"learningRate":"adaScale"}';
 * --json (the last line is all rows as JSON); --hindsight (the best fixed pairs instead of contenders).
 */
import { argv } from 'node:process';
import { parseArgs } from 'node:util';
import { optionsFromJson } from '../src/assembly/from-json.js';
import type { JsonObject } from '../src/core/types.js';
import type { ModelledTime } from './simulator/clock.js';
import { bouts, type Contender, hindsight } from './simulator/contest.js';
import { timeOf } from './simulator/hindsight.js';
import { lineOf, overall, type Row, rowOf, TABLE_HEAD } from './simulator/rows.js';
import { TASKS, taskNamed } from './simulator/tasks.js';

/** Of an example more [ms]: of the order of what a small net takes on wasm. */
const PER_EXAMPLE_MS = 0.05;

const text = (value: string) => ({ type: 'string' as const, default: value });
const { values: flags } = parseArgs({
  args: argv.slice(2),
  options: {
    tasks: text(TASKS.map(({ name }) => name).join(',')),
    seeds: text('3'),
    ratios: text('36,371'),
    starts: text('1'),
    limit: text('3'),
    noise: text('0.02'),
    contenders: text('default'),
    json: { type: 'boolean', default: false },
    hindsight: { type: 'boolean', default: false },
  },
});
const numbers = (list: string): number[] => list.split(',').map(Number);
const tasks = flags.tasks.split(',').map(taskNamed);
const clocks: ModelledTime[] = numbers(flags.ratios).map((ratio) => ({
  t0: ratio * PER_EXAMPLE_MS,
  t1: PER_EXAMPLE_MS,
  noise: Number(flags.noise),
}));
const seeds = Array.from({ length: Number(flags.seeds) }, (_, i) => i + 1);

function contenderOf(description: string): Contender {
  if (description === 'default') return { name: description, options: {} };
  return { name: description, options: optionsFromJson(JSON.parse(description) as JsonObject) };
}

function showHindsight(): void {
  for (const task of tasks) {
    console.log(`${task.name}: base rate ${task.baseLearningRate}, to training loss ${task.targetLoss}`);
    const pairs = hindsight(task);
    for (const pair of pairs) {
      const ratios = clocks.map((clock) => (timeOf(pair, clock) / timeOf(pairs[0] ?? pair, clock)).toFixed(3));
      const metrics = pair.runs.map(({ finalTestMetric }) => finalTestMetric.toFixed(3));
      const [size, rate] = [String(pair.batchSize).padStart(5), pair.learningRate.toPrecision(3).padEnd(8)];
      const work = `${pair.updates.toFixed(0)} updates, ${pair.examples.toFixed(0)} examples`;
      console.log(
        `${size} at ${rate} ${ratios.join(' and ')} of the time at the base; ${work}; metric ${metrics.join(' ')}`,
      );
    }
  }
}

function contest(): void {
  const contenders = flags.contenders.split(';').map(contenderOf);
  const rows: Row[] = [];
  console.log(TABLE_HEAD);
  for (const task of tasks) {
    for (const clock of clocks) {
      for (const start of numbers(flags.starts)) {
        for (const contender of contenders) {
          const place = { task, clock, seeds, start, limit: Number(flags.limit) };
          const row = rowOf(contender, place, bouts(contender, place));
          rows.push(row);
          console.log(lineOf(row));
        }
      }
    }
  }
  for (const { name } of contenders) console.log(overall(rows, name));
  if (flags.json) console.log(JSON.stringify({ bench: 'simulate', rows }));
}

if (flags.hindsight) showHindsight();
else contest();
