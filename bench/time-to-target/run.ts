import { contenderFrom, contendersOf, DEFAULT, policyContenders } from '../policies/contenders.js';
import { measure } from '../policies/measure.js';
import { load, unload, warmUp } from '../policies/train.js';
import { tune } from '../policies/tune.js';
import type { Task } from '../policies/types.js';
import type { Engine } from '../support/engine.js';
import { explain } from '../support/explain.js';
import type { Flags } from '../support/flags.js';
import { type PartedBench, reportFigures, reportPart, savedParts } from '../support/parts.js';
import { figuresOf } from './figures.js';
import { namedPairs } from './named-pairs.js';
import { textOf, titleOf } from './text.js';
import type { EngineResult } from './types.js';

const SEEDS = [1, 2, 3];
const QUICK_SEEDS = [1];

/** What is run, and where. */
export interface TableRun {
  /** The script's name after `bench:`. */
  readonly bench: string;
  /** In use. */
  readonly engine: Engine;
  readonly device?: string | undefined;
  readonly tasks: readonly Task[];
  /** Whether {@link namedPairs} are run besides the grid. */
  readonly isNamed: boolean;
  readonly flags: Flags;
}

/** The one that the flags name, or all. @throws RangeError that lists them, at another name */
export function tasksNamed(tasks: readonly Task[], name: string | undefined): readonly Task[] {
  const named = name === undefined ? tasks : tasks.filter((task) => task.name === name);
  if (named.length > 0) return named;
  throw new RangeError(`--task must be one of ${tasks.map((task) => task.name).join(', ')}; got '${name}'`);
}

/** Every way of training on each of the tasks, on one engine, in this process. */
export async function runTable({ bench, engine, device, tasks, isNamed, flags }: TableRun): Promise<void> {
  const description: PartedBench<EngineResult> = { bench, figuresOf, titleOf, textOf };
  const contenders =
    flags.contenders !== undefined
      ? contendersOf(flags.contenders)
      : flags.quick
        ? [contenderFrom(DEFAULT)]
        : policyContenders();
  const found: EngineResult[] = [];
  for (const task of tasks) {
    const loaded = load(task);
    await warmUp(loaded);
    if (flags.tune) {
      await tune(loaded);
    } else {
      console.log(`${task.title}, ${engine}, to training loss ${task.targetLoss}`);
      const main = `${engine}/${task.name}`;
      const earlier = savedParts<EngineResult>(bench).find(({ key }) => key === main)?.finding.result;
      const result = await measure(loaded, {
        ...{ start: 'base', contenders, isQuick: flags.quick },
        seeds: flags.quick ? QUICK_SEEDS : (task.seeds ?? SEEDS),
        ...(flags.part !== undefined && { earlier }),
        named: isNamed ? namedPairs(task.learningRate) : [],
        onStart: (adaptive, name) => flags.verbose && name === DEFAULT && explain(adaptive),
      });
      found.push({ engine, ...(device !== undefined && { device }), result });
      reportPart(
        description,
        flags.part === undefined ? main : `${main}/${flags.part}`,
        found.at(-1) as EngineResult,
        flags,
      );
    }
    unload(loaded);
  }
  if (!flags.tune) reportFigures(description, found, flags);
}
