import { spawnSync } from 'node:child_process';

const MINUTES = 60_000;
const TAIL = 15;

export const say = (text) => console.log(`setup:native: ${text}`);

/** The last lines of what a command printed. */
export const tail = (text, lines = TAIL) => text.trim().split('\n').slice(-lines).join('\n');

/** Runs a command to its end, quietly: whether it ended well, what it printed, and the last lines of that. */
export function run(command, args, { minutes = 10, ...options } = {}) {
  const { error, status, signal, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: minutes * MINUTES,
    shell: process.platform === 'win32',
    ...options,
  });
  if (error?.code === 'ETIMEDOUT') return { isDone: false, output: '', text: `not done after ${minutes} min` };
  if (error !== undefined) return { isDone: false, output: '', text: error.message };
  const output = `${stdout}\n${stderr}`;
  return { isDone: status === 0, output, text: tail(output) || `ended with ${signal ?? status}` };
}

/** As `run`, but what fails is an error that says in which step. */
export function mustRun(step, command, args, options) {
  const { isDone, text } = run(command, args, options);
  if (!isDone) throw new Error(`${step}: ${command} ${args.join(' ')}\n${text}`);
  return text;
}
