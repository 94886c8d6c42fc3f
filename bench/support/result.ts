import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { argv } from 'node:process';
import * as tf from '@tensorflow/tfjs';
import type { Flags } from './flags.js';
import { markdownTable } from './markdown.js';

/** Where and when a result was measured. */
export interface Environment {
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly command: string;
  readonly processor: string;
  readonly cores: number;
  readonly node: string;
  readonly package: string;
  readonly tfjs?: string;
  readonly backend?: string;
}

/** What a benchmark found. */
export interface Result {
  /** The script's name after `bench:`. */
  readonly bench: string;
  readonly figures: { readonly [key: string]: number };
  /** What the figures were made of, as JSON. */
  readonly details: unknown;
  /** The same for a reader, as Markdown without a title. */
  readonly text: string;
  /** Whether TensorFlow.js took part. @defaultValue true */
  readonly usesTensorFlow?: boolean;
}

/** Where the results lie. */
export const RESULTS = new URL('../results/', import.meta.url);

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The command that gives the same figures: how they are shown, and where logs go, does not belong to it. */
export function commandOf(bench: string, args: readonly string[]): string {
  const given = args.filter(
    (flag, i) =>
      !['--save', '--json', '--logs'].includes(flag) && !flag.startsWith('--logs=') && args[i - 1] !== '--logs',
  );
  return [`npm run bench:${bench}`, ...(given.length === 0 ? [] : ['--', ...given])].join(' ');
}

/** Of this process. */
export function environment({ bench, usesTensorFlow = true }: Pick<Result, 'bench' | 'usesTensorFlow'>): Environment {
  const processors = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    command: commandOf(bench, argv.slice(2)),
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    node: process.version,
    ...(usesTensorFlow && { tfjs: tf.version.tfjs }),
    package: packageVersion(),
    ...(usesTensorFlow && { backend: tf.getBackend() }),
  };
}

/** For `JSON.stringify`: six digits are enough, and what JSON cannot hold becomes text. */
export function rounded(_key: string, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : String(value);
}

/** A measurement's origin in one line. */
export function originLine(where: Environment): string {
  const { date, command, processor, cores, node, tfjs, backend } = where;
  const engine = tfjs === undefined ? '' : `; TensorFlow.js ${tfjs}, backend ${backend}`;
  return `\`${command}\`, ${date}, package ${where.package}: ${processor}, ${cores} cores; Node ${node}${engine}.`;
}

/** The figures as a Markdown table. */
export function figureTable(figures: Result['figures']): string {
  const rows = Object.entries(figures).map(([key, value]) => [`\`${key}\``, value.toFixed(3)]);
  return markdownTable(['figure', 'value'], rows);
}

function page({ bench, figures, text }: Result, where: Environment): string {
  return [`# bench:${bench}`, '', originLine(where), '', figureTable(figures), '', text, ''].join('\n');
}

/** Writes the result to bench/results and to the last line of the output, as the flags ask. */
export function report(result: Result, flags: Flags): void {
  const { bench, figures, details } = result;
  if (flags.save) {
    const where = environment(result);
    mkdirSync(RESULTS, { recursive: true });
    const record = JSON.stringify({ bench, ...where, figures, details }, rounded, 2);
    writeFileSync(new URL(`${bench}.json`, RESULTS), `${record}\n`);
    writeFileSync(new URL(`${bench}.md`, RESULTS), page(result, where));
    console.log(`saved: bench/results/${bench}.json and .md`);
  }
  if (flags.json) console.log(JSON.stringify({ bench, figures }, rounded));
}
