/**
 * What a decision of each policy costs: `npm run bench:decide`.
 *
 * Every policy of the index, with its defaults, leads a simulated training whose every step is measured, so that each update has something to
 * decide. What the pipeline hands to it is kept, and its `update` then runs over that again and again, its state going along. Time is
 * that of a hundred updates in a row, over a hundred: the median over all hundreds after a warm-up. Heap growth is what is in use after a
 * hundred thousand updates more than before them, both after collecting garbage.
 *
 * Figures, for each policy: `<name>.microseconds` an update, `<name>.heapKilobytes` for 100,000 updates [1000 bytes; negative: less in use].
 *
 * Flags: --quick, --json, --save.
 */
import { argv } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { median } from '../examples/support/statistics.js';
import type { Estimates, Json, Policy, PolicyContext } from '../src/core/types.js';
import * as policies from '../src/policies/index.js';
import type { RunLogHeader } from '../src/run-log/format.js';
import { SIMULATED_FACTS, simulatedTraining } from '../test/support/simulated-training.js';
import { core } from './support/built-core.js';
import { parseFlags } from './support/flags.js';
import { markdownTable } from './support/markdown.js';
import { report } from './support/result.js';

const STEPS = 2000;
const HUNDREDS = 5000;
const QUICK_HUNDREDS = 1000;
const WARM_UP = 300;
const HEAP_UPDATES = 100_000;
const HEAP_ROUNDS = 3;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

type Call = { readonly estimates: Estimates; readonly context: PolicyContext };
type Name = keyof typeof policies;

/** The policy as it is published. */
const built = (name: Name): Policy => (core[name] as () => unknown)() as Policy;

/** What a pipeline hands to the policy over a training that it leads. */
function callsOf(name: Name): Call[] {
  const calls: Call[] = [];
  const policy = built(name);
  const recorder: Policy = {
    ...policy,
    update(state, estimates, context) {
      calls.push({ estimates, context });
      return policy.update(state, estimates, context);
    },
  };
  const header: RunLogHeader = {
    runLog: core.RUN_LOG_VERSION,
    version: '',
    facts: SIMULATED_FACTS,
    // A batch of one cannot be measured: there would be nothing to decide.
    options: { measure: { every: 1 }, minBatchSize: 2 },
    about: {},
  };
  const { pipeline, state: start } = core.pipelineFromHeader(header, { policy: recorder });
  const next = simulatedTraining();
  let state = start;
  for (let step = 0; step < STEPS; step++) ({ state } = pipeline.advance(state, next(state.decision)));
  return calls;
}

/** Goes on over the calls, for so many updates. */
function runner(name: Name): (updates: number) => void {
  const policy = built(name);
  const calls = callsOf(name);
  let state: Json = policy.init();
  let at = 0;
  return (updates) => {
    for (let i = 0; i < updates; i++) {
      const { estimates, context } = calls[at] as Call;
      state = policy.update(state, estimates, context).state;
      at = at + 1 === calls.length ? 0 : at + 1;
    }
  };
}

/** Microseconds an update, hundred by hundred. */
function timesOf(run: (updates: number) => void, hundreds: number): number[] {
  const times: number[] = [];
  for (let i = -WARM_UP; i < hundreds; i++) {
    const begin = performance.now();
    run(100);
    if (i >= 0) times.push((performance.now() - begin) * 10);
  }
  return times;
}

/** Bytes in use after so many updates, more than before them. */
function growthOf(run: (updates: number) => void): number {
  collect();
  const before = process.memoryUsage().heapUsed;
  run(HEAP_UPDATES);
  collect();
  return process.memoryUsage().heapUsed - before;
}

const flags = parseFlags(argv.slice(2));
const figures: Record<string, number> = {};
const rows: string[][] = [];
for (const name of Object.keys(policies) as Name[]) {
  const run = runner(name);
  const times = timesOf(run, flags.quick ? QUICK_HUNDREDS : HUNDREDS).sort((a, b) => a - b);
  // The first round also fills what the engine keeps of the code.
  const growth = Array.from({ length: HEAP_ROUNDS + 1 }, () => growthOf(run)).slice(1);
  const microseconds = median(times);
  const kilobytes = median(growth) / 1000;
  figures[`${name}.microseconds`] = microseconds;
  figures[`${name}.heapKilobytes`] = kilobytes;
  const slowest = times[Math.floor(0.99 * times.length)] as number;
  rows.push([name, microseconds.toFixed(3), slowest.toFixed(2), kilobytes.toFixed(1)]);
}
const text = markdownTable(['policy', 'update [µs]', '99th percentile', 'heap growth of 100,000 updates [kB]'], rows);
console.log(text);
report({ bench: 'decide', figures, details: {}, text, usesTensorFlow: false }, flags);
