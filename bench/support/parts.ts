import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import type { Flags } from './flags.js';
import { type Environment, environment, figureTable, originLine, RESULTS, rounded } from './result.js';

/** What one process found of a benchmark that is too long for one: saved beside what others found. */
export interface Part<Finding> extends Environment {
  /** A part replaces the one of the same key. */
  readonly key: string;
  readonly finding: Finding;
}

/** A benchmark in parts. */
export interface PartedBench<Finding> {
  /** The script's name after `bench:`. */
  readonly bench: string;
  /** Over all parts. */
  readonly figuresOf: (findings: readonly Finding[]) => { readonly [key: string]: number };
  readonly titleOf: (finding: Finding) => string;
  /** As Markdown without a title. */
  readonly textOf: (finding: Finding) => string;
}

/** The parts with those added that are new, in the place of those of the same key; by key. */
export function mergeParts<Finding>(saved: readonly Part<Finding>[], added: readonly Part<Finding>[]): Part<Finding>[] {
  const others = saved.filter(({ key }) => !added.some((part) => part.key === key));
  return [...others, ...added].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** For `JSON.parse`: the reverse of what {@link rounded} does to numbers that JSON cannot hold. */
function revived(_key: string, value: unknown): unknown {
  return value === 'Infinity' || value === '-Infinity' || value === 'NaN' ? Number(value) : value;
}

/** What is saved of a benchmark; nothing where it never was. */
export function savedParts<Finding>(bench: string, folder: URL = RESULTS): Part<Finding>[] {
  try {
    const text = readFileSync(new URL(`${bench}.json`, folder), 'utf8');
    return (JSON.parse(text, revived) as { parts: Part<Finding>[] }).parts;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** All parts as a page; each tells its own origin. */
function partsPage<Finding>(bench: PartedBench<Finding>, parts: readonly Part<Finding>[]): string {
  const figures = bench.figuresOf(parts.map(({ finding }) => finding));
  const sections = parts.flatMap((part) => {
    const { key, finding } = part;
    return [`## ${bench.titleOf(finding)}`, '', `Part \`${key}\`: ${originLine(part)}`, '', bench.textOf(finding), ''];
  });
  return [`# bench:${bench.bench}`, '', figureTable(figures), '', ...sections].join('\n');
}

/** Written beside and moved into place: another process reads the old file or the new one, never half of one. */
function write(name: string, folder: URL, text: string): void {
  const beside = new URL(`${name}.${process.pid}`, folder);
  writeFileSync(beside, text);
  renameSync(beside, new URL(name, folder));
}

/** Adds a finding to what is saved, as of now: another process may have saved parts meanwhile. */
export function savePart<Finding>(bench: PartedBench<Finding>, part: Part<Finding>, folder: URL = RESULTS): void {
  mkdirSync(folder, { recursive: true });
  const parts = mergeParts(savedParts<Finding>(bench.bench, folder), [part]);
  const figures = bench.figuresOf(parts.map(({ finding }) => finding));
  write(`${bench.bench}.json`, folder, `${JSON.stringify({ bench: bench.bench, figures, parts }, rounded, 1)}\n`);
  write(`${bench.bench}.md`, folder, partsPage(bench, parts));
}

/** Shows a finding, and saves it where the flags ask for it. */
export function reportPart<Finding>(bench: PartedBench<Finding>, key: string, finding: Finding, flags: Flags): void {
  console.log(`\n## ${bench.titleOf(finding)}\n\n${bench.textOf(finding)}\n`);
  if (!flags.save) return;
  savePart(bench, { key, ...environment(bench), finding });
  console.log(`saved: part ${key} of bench/results/${bench.bench}.json and .md`);
}

/** The last line: the figures over the findings of this process. */
export function reportFigures<Finding>(
  bench: PartedBench<Finding>,
  findings: readonly Finding[],
  { json }: Flags,
): void {
  const figures = bench.figuresOf(findings);
  for (const [key, value] of Object.entries(figures)) console.log(`${key}: ${value.toPrecision(4)}`);
  if (json) console.log(JSON.stringify({ bench: bench.bench, figures }, rounded));
}
