/**
 * How fast a run log is replayed: `npm run bench:replay`.
 *
 * A log of one training, see `support/long-log.ts`, on disk. Replaying is reading it, parsing and checking every line, deciding with the
 * default policy and writing every decision to a file; parsing is reading the same file in the same pieces and JSON.parse of each line.
 * Both in one process, interleaved, who goes first changing from round to round; the first round is not counted. Time is processor time of
 * all the process's threads, so that what else the machine does counts little.
 * Memory is the peak of a process of its own that replays ten million steps from its standard input. The round trip is the time from
 * writing an observation to a serving process until its decision is read.
 *
 * Figures: stepsPerSecond (median), speedRatioToParsing (median over the rounds of parsing time over replay time, parsing being the faster
 * of two ways: splitting pieces of text, and node:readline), peakMegabytes [10⁶ bytes], serveMilliseconds (median).
 *
 * Flags: --quick, --json, --save.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, cpuUsage, execPath } from 'node:process';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { median } from '../examples/support/statistics.js';
import { decisionBytes, openLog, readRecords } from './support/built.js';
import { parseFlags } from './support/flags.js';
import { endlessLog, HEADER, longLog, observations } from './support/long-log.js';
import { markdownTable, range } from './support/markdown.js';
import { report } from './support/result.js';

const STEPS = 300_000;
const ROUNDS = 11;
const QUICK_ROUNDS = 5;
const LONG_STEPS = 10_000_000;
const ROUND_TRIPS = 2000;
const WARM_UP = 500;

type Way = (log: string, decisions: string) => Promise<void>;

/** The plain way to parse the lines of a log fast. */
async function parse(log: string): Promise<void> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const piece of openLog(log)) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) JSON.parse(line);
  }
}

async function parseReadline(log: string): Promise<void> {
  for await (const line of createInterface({ input: createReadStream(log) })) JSON.parse(line);
}

async function replay(log: string, decisions: string): Promise<void> {
  await pipeline(decisionBytes(readRecords(openLog(log))), createWriteStream(decisions));
}

const WAYS: Readonly<Record<string, Way>> = { replay, parse, parseReadline };

/** Processor seconds of each way, round by round. */
async function timesOf(log: string, decisions: string, rounds: number): Promise<Record<string, number[]>> {
  const ways = Object.entries(WAYS);
  const times: Record<string, number[]> = Object.fromEntries(ways.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < ways.length; turn++) {
      const [name, run] = ways[(round + turn) % ways.length] as (typeof ways)[number];
      rmSync(decisions, { force: true });
      const begin = cpuUsage();
      await run(log, decisions);
      const { user, system } = cpuUsage(begin);
      if (round > 0) times[name]?.push((user + system) / 1e6);
    }
  }
  return times;
}

const childOf = (script: string) =>
  spawn(execPath, ['--import', 'tsx', join(import.meta.dirname, 'support', script)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });

/** What a process of its own took for a long log. */
async function longRun(): Promise<{ readonly seconds: number; readonly megabytes: number }> {
  const child = childOf('replay-input.ts');
  const [text] = await Promise.all([
    child.stdout.toArray(),
    pipeline(endlessLog(LONG_STEPS), child.stdin),
    once(child, 'close'),
  ]);
  return JSON.parse(Buffer.concat(text as Buffer[]).toString()) as { seconds: number; megabytes: number };
}

/** Milliseconds of each round trip. */
async function roundTrips(): Promise<number[]> {
  const child = childOf('serve-lines.ts');
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const times: number[] = [];
  child.stdin.write(`${JSON.stringify({ facts: HEADER.facts })}\n`);
  await answers.next();
  for (const observation of observations()) {
    const begin = performance.now();
    child.stdin.write(`${JSON.stringify(observation)}\n`);
    await answers.next();
    if (observation.step > WARM_UP) times.push(performance.now() - begin);
    if (observation.step === WARM_UP + ROUND_TRIPS) break;
  }
  child.stdin.end();
  await once(child, 'close');
  return times;
}

const flags = parseFlags(argv.slice(2));
const folder = mkdtempSync(join(tmpdir(), 'bench-replay-'));
try {
  const log = join(folder, 'run.jsonl');
  await pipeline(longLog(STEPS), createWriteStream(log));
  const times = await timesOf(log, join(folder, 'decisions.jsonl'), flags.quick ? QUICK_ROUNDS : ROUNDS);
  const speeds = (times.replay as number[]).map((seconds) => STEPS / seconds);
  const parsing = (times.parse as number[]).map((s, i) => Math.min(s, times.parseReadline?.[i] as number));
  const ratios = parsing.map((seconds, i) => seconds / (times.replay?.[i] as number));
  const long = await longRun();
  const trips = await roundTrips();
  const figures = {
    stepsPerSecond: median(speeds),
    speedRatioToParsing: median(ratios),
    peakMegabytes: long.megabytes,
    serveMilliseconds: median(trips),
  };
  const rows = [
    ['steps a second', figures.stepsPerSecond.toFixed(0), range(speeds, 0)],
    ['speed over that of parsing', figures.speedRatioToParsing.toFixed(2), range(ratios, 2)],
    [`10 million steps [s]`, long.seconds.toFixed(1), ''],
    ['peak memory of them [MB]', long.megabytes.toFixed(0), ''],
    ['round trip [ms]', figures.serveMilliseconds.toFixed(3), range(trips, 3)],
  ];
  const text = markdownTable(['', 'median', 'range'], rows);
  console.log(text);
  report({ bench: 'replay', figures, details: { times, long }, text, usesTensorFlow: false }, flags);
} finally {
  rmSync(folder, { recursive: true });
}
