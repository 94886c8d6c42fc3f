import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { describeOptions } from '../../src/assembly/assemble.js';
import { AdaptiveController, type ControllerState } from '../../src/controller/controller.js';
import type { Decision } from '../../src/core/types.js';
import { PACKAGE_VERSION, RUN_LOG_VERSION } from '../../src/run-log/format.js';
import { type LoggedRun, readRunLog } from '../../src/run-log/read.js';
import { memoryLog, type RunLogSink } from '../../src/run-log/sink.js';
import { anyOptions } from '../assembly/support.js';
import { throughJson } from '../support/json.js';
import { anyRun, observation } from '../support/observations.js';
import { anyFacts, FACTS, replayed, scripted, training } from './support.js';

const runsOf = (lines: readonly string[]): readonly LoggedRun[] => readRunLog(lines.join('\n')).runs;

const decided = ({ steps }: LoggedRun): Decision[] => steps.map(({ decision }) => decision);

describe('the log of a run', () => {
  test('holds facts, options and about, then each observation with its decision', () => {
    const log = memoryLog();
    const controller = new AdaptiveController({ policy: scripted([64, 32]), log, strict: true, ladder: 3 });
    controller.start(FACTS, { tfjs: '4.22.0' });
    expect(log.lines).toHaveLength(1);
    const run = [observation(), observation({ step: 2, validationLoss: 0.5, short: true })];
    const decisions = run.map((seen) => controller.observe(seen));
    expect(log.lines).toHaveLength(3);
    controller.end();
    expect(runsOf(log.lines)).toEqual([
      {
        header: {
          runLog: RUN_LOG_VERSION,
          version: PACKAGE_VERSION,
          facts: FACTS,
          options: describeOptions({ policy: scripted([]), ladder: 3 }, FACTS),
          about: { tfjs: '4.22.0' },
        },
        steps: run.map((seen, i) => ({ observation: seen, decision: decisions[i] })),
      },
    ]);
  });

  test('does not hold itself', () => {
    const log = memoryLog();
    const controller = new AdaptiveController({ log });
    for (const _run of [1, 2, 3]) {
      controller.start(FACTS);
      controller.end();
    }
    for (const { header } of runsOf(log.lines)) expect(header.options).toEqual(describeOptions({}, FACTS));
  });

  test('may go to a sink that cannot be written as JSON', () => {
    const lines: string[] = [];
    const sink: RunLogSink & { self?: unknown } = { write: (line) => lines.push(line) };
    sink.self = sink;
    new AdaptiveController({ log: sink }).start(FACTS);
    expect(lines).toHaveLength(1);
  });

  test('replays to the same decisions, whatever was observed', () => {
    fc.assert(
      fc.property(anyOptions, anyFacts, anyRun, (options, facts, run) => {
        const log = memoryLog();
        const controller = new AdaptiveController({ ...options, log }).on('error', () => undefined);
        controller.start(facts);
        const live = run.map((seen) => controller.observe(seen));
        controller.end();
        const [logged] = runsOf(log.lines) as [LoggedRun];
        expect(decided(logged)).toEqual(live);
        expect(replayed(logged)).toEqual(live);
      }),
      { numRuns: 120 },
    );
  });

  test('so does that of a run which goes on from the one before, or from a saved state', () => {
    fc.assert(
      fc.property(anyOptions, anyFacts, anyRun, fc.nat(60), fc.boolean(), (options, facts, run, at, isSaved) => {
        const log = memoryLog();
        const make = () => new AdaptiveController({ ...options, log }).on('error', () => undefined);
        const first = make();
        first.start(facts);
        const live = run.slice(0, at).map((seen) => first.observe(seen));
        first.end();
        const second = isSaved ? make() : first;
        if (isSaved) second.restore(throughJson(first.getState() as ControllerState));
        second.start(facts);
        const later = run.slice(at).map((seen) => second.observe(seen));
        const runs = runsOf(log.lines);
        expect(runs.map(decided)).toEqual([live, later]);
        expect(runs.map(replayed)).toEqual([live, later]);
      }),
      { numRuns: 80 },
    );
  });

  test('so does that of a training in which the batch grows', () => {
    const log = memoryLog();
    const controller = new AdaptiveController({ log });
    const next = training(8);
    let decision = controller.start(FACTS);
    for (let step = 0; step < 250; step++) decision = controller.observe(next(decision));
    const [run] = runsOf(log.lines) as [LoggedRun];
    expect(new Set(decided(run).map(({ batchSize }) => batchSize)).size).toBeGreaterThan(3);
    expect(replayed(run)).toEqual(decided(run));
  });
});

describe('a log in a file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('takes the runs one after another', () => {
    const log = join(folder, 'run.jsonl');
    for (const count of [2, 3]) {
      const controller = new AdaptiveController({ log });
      controller.start(FACTS);
      for (let step = 1; step <= count; step++) controller.observe(observation({ step }));
      controller.end();
    }
    const { runs, warnings } = readRunLog(readFileSync(log, 'utf8'), log);
    expect(runs.map(({ steps }) => steps.length)).toEqual([2, 3]);
    expect(warnings).toEqual([]);
  });

  test('that cannot be written throws at the start, and the training is not under way', () => {
    const log = join(folder, 'missing', 'run.jsonl');
    const controller = new AdaptiveController({ log });
    const started = jest.fn();
    controller.on('start', started);
    expect(() => controller.start(FACTS)).toThrow(`log: cannot write '${log}'`);
    expect(controller).toMatchObject({ isRunning: false, decision: undefined });
    expect(() => controller.observe(observation())).toThrow('call start()');
    expect(started).not.toHaveBeenCalled();
    expect(() => controller.start(FACTS)).toThrow(`log: cannot write '${log}'`);
  });
});

/** A sink whose writes fail from the given one on, until it is repaired. */
function failing(from: number) {
  const sink = {
    lines: [] as string[],
    writes: 0,
    closed: 0,
    isRepaired: false,
    write(line: string) {
      if (++sink.writes >= from && !sink.isRepaired) throw new Error('disk full');
      sink.lines.push(line);
    },
    close() {
      sink.closed++;
    },
  };
  return sink;
}

describe('a log that fails', () => {
  test('half way is given up and told once; the training goes on', () => {
    const log = failing(3);
    const controller = new AdaptiveController({ log, policy: scripted([64, 32, 48]) });
    const errors: Error[] = [];
    controller.on('error', (error) => errors.push(error));
    controller.start(FACTS);
    const decisions = [1, 2, 3].map((step) => controller.observe(observation({ step })));
    expect(decisions.map(({ batchSize }) => batchSize)).toEqual([64, 32, 48]);
    expect(errors.map(({ message }) => message)).toEqual(['log: writing failed, the log ends here: disk full']);
    expect(errors[0]?.cause).toEqual(new Error('disk full'));
    expect(log).toMatchObject({ writes: 3, closed: 1 });
    controller.end();
    expect(log.closed).toBe(1);
  });

  test('half way throws in strict mode', () => {
    const log = failing(2);
    const controller = new AdaptiveController({ log, strict: true });
    controller.start(FACTS);
    expect(() => controller.observe(observation())).toThrow('log: writing failed');
    expect(log.closed).toBe(1);
    expect(() => controller.observe(observation({ step: 2 }))).not.toThrow();
  });

  test('at its header throws at the start; the next start may do better', () => {
    const log = failing(1);
    const controller = new AdaptiveController({ log });
    expect(() => controller.start(FACTS)).toThrow('disk full');
    expect(controller).toMatchObject({ isRunning: false, decision: undefined });
    expect(log.closed).toBe(1);
    log.isRepaired = true;
    controller.start(FACTS);
    controller.observe(observation());
    controller.end();
    expect(runsOf(log.lines)).toMatchObject([{ header: { facts: FACTS }, steps: [{ observation: { step: 1 } }] }]);
    expect(log.closed).toBe(2);
  });

  test.each([false, true])('to close is told, and the training is over (strict: %s)', (strict) => {
    const close = () => {
      throw new Error('unplugged');
    };
    const controller = new AdaptiveController({ log: { write: () => undefined, close }, strict });
    const told = { errors: [] as Error[], ended: 0, completed: 0 };
    controller.on('error', (error) => told.errors.push(error)).on('end', () => told.ended++);
    controller.start(FACTS);
    controller.decisions$.subscribe({ complete: () => told.completed++ });
    if (strict) expect(() => controller.end()).toThrow('log: closing failed: unplugged');
    else controller.end();
    expect(told).toMatchObject({ ended: 1, completed: 1 });
    expect(told.errors.map(({ message }) => message)).toEqual(strict ? [] : ['log: closing failed: unplugged']);
    expect(controller.isRunning).toBe(false);
  });

  test('a sink needs no close', () => {
    const controller = new AdaptiveController({ log: { write: () => undefined } });
    controller.start(FACTS);
    expect(() => controller.end()).not.toThrow();
  });
});
