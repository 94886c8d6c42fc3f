import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { pid } from 'node:process';
import type { SimulatedResult } from './simulate.js';

/** What is kept of a training at a fixed size and rate; where it was given up, how far it had come. */
export type FixedRun = Pick<SimulatedResult, 'isReached' | 'finalTrainingLoss' | 'finalTestMetric'> & {
  readonly updates: number;
  readonly examples: number;
};

const FOLDER = new URL('../../scratch/', import.meta.url);
const FILE = new URL('simulator.json', FOLDER);
/** Numbers of another version of the simulator are not read: to be raised when its arithmetic changes. */
const VERSION = 2;

type Stored = Record<string, FixedRun>;

function read(): Stored {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as Stored;
  } catch {
    return {};
  }
}

let known: Stored | undefined;

/** What is stored under a key. */
export function recall(key: string): FixedRun | undefined {
  known ??= read();
  return known[`${VERSION} ${key}`];
}

/** Stores a run, with those that other processes have stored meanwhile. */
export function remember(key: string, run: FixedRun): void {
  known = { ...read(), ...known, [`${VERSION} ${key}`]: run };
  mkdirSync(FOLDER, { recursive: true });
  const own = new URL(`simulator.${pid}.json`, FOLDER);
  writeFileSync(own, JSON.stringify(known));
  renameSync(own, FILE);
}
