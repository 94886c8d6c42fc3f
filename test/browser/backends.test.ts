import { ladder } from '../../src/core/ladder.js';
import { readRecords, verify } from '../../src/replay-entry.js';
import type { RunLogHeader, RunLogStep } from '../../src/run-log/format.js';
import { describeInChromium, hasChromium, saySkipped } from '../support/chromium.js';
import { relativeDifference } from '../tfjs/support.js';
import { BACKENDS, type BrowserBackend } from './backends.js';
import { Matrix } from './matrix-page.js';
import { layerKinds } from './page/layer-kinds.js';
import { scenarios, type TrainingFacts } from './page/scenarios.js';

/** Software graphics on a busy machine [ms]. */
const LONG = 180_000;
const WAYS = ['fit', 'fitDataset', 'loop'] as const;
const ROUTES = ['microBatches', 'closedForm'] as const;
/** The sizes that the trainings may choose from [examples]. */
const RUNGS = ladder({ base: 8, factor: 2, min: 8, max: 64 });
const LEAST = 8;

const stepsOf = (lines: readonly string[]): RunLogStep[] => lines.slice(1).map((line) => JSON.parse(line));
const meanLoss = (steps: readonly RunLogStep[]): number =>
  steps.reduce((sum, { loss }) => sum + loss, 0) / steps.length;

/** The numbers of a measurement, by name. */
function statistics({ gradient }: RunLogStep): [string, number][] {
  return Object.entries(gradient ?? {}).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
}

function expectTrained(lines: readonly string[]): void {
  const steps = stepsOf(lines);
  const last = steps.at(-1)?.epoch ?? 0;
  const inEpoch = (epoch: number): RunLogStep[] => steps.filter((step) => step.epoch === epoch);
  expect(last).toBe(5);
  expect(meanLoss(inEpoch(last))).toBeLessThan(0.7 * meanLoss(inEpoch(0)));
}

async function expectVerified(lines: readonly string[], backend: string): Promise<void> {
  expect((JSON.parse(lines[0] as string) as RunLogHeader).about).toMatchObject({ backend });
  const found = await verify(readRecords([lines.join('\n')], { name: backend }));
  expect(found).toMatchObject({ isSame: true, runs: 1, steps: lines.length - 1 });
}

function expectMeasured(lines: readonly string[]): void {
  const measured = stepsOf(lines).filter(({ gradient }) => gradient !== undefined);
  expect(measured.length).toBeGreaterThan(5);
  for (const step of measured) {
    expect(statistics(step).filter(([, value]) => !Number.isFinite(value))).toEqual([]);
    expect(step.gradient?.squaredNormOfMean).toBeGreaterThan(0);
    expect(step.gradient?.squaredDeviations).toBeGreaterThan(0);
  }
}

/** Sizes of the ladder, half the least, which times a step, and what the data leave below the least; on other backends short last batches too. */
function expectFewSizes({ microBatchSizes, alive }: TrainingFacts, { compilesSizes }: BrowserBackend): void {
  const others = microBatchSizes.filter((size) => size >= LEAST && !RUNGS.includes(size));
  if (compilesSizes) expect(others).toEqual([]);
  // Each epoch has one short last batch, run whole or in halves.
  else expect(others.length).toBeLessThanOrEqual(3 * alive.length);
  expect(microBatchSizes.length - others.length).toBeLessThan(RUNGS.length + LEAST);
}

function suite(backend: BrowserBackend): void {
  let matrix: Matrix;
  beforeAll(async () => {
    matrix = await Matrix.open();
    expect(await matrix.start(backend.name)).toBe(backend.name);
  }, LONG);
  afterEach(() => expect(matrix.complaints).toEqual([]));
  afterAll(() => matrix?.close());

  describe.each(WAYS)('%s', (way) => {
    let facts: TrainingFacts;
    beforeAll(async () => {
      facts = await matrix.run('training', way);
    }, LONG);

    test('trains', () => expectTrained(facts.lines));
    test('takes the statistics', () => expectMeasured(facts.lines));
    test('writes a run log that replays to the same decisions', () => expectVerified(facts.lines, backend.name));
    test('waits nowhere for the device', () => expect(facts.syncReads).toEqual([]));
    test('runs few distinct sizes', () => {
      expectFewSizes(facts, backend);
      // The default policy grows the batch where its clock says that it pays; the others go up the whole ladder.
      if (way !== 'fit') expect(facts.microBatchSizes).toEqual(expect.arrayContaining(RUNGS));
    });
    test('leaves no tensor but those of the optimizer: one for each of the four weights', () => {
      // History keeps a loss an epoch.
      const kept = way === 'loop' ? 0 : 1;
      expect(facts.alive).toEqual(facts.alive.map((_, i) => (facts.alive[0] as number) + i * kept));
      expect(facts.left).toBe(4);
    });
  });

  test(
    'a controller that does nothing leaves the weights of plain fit(), which waits nowhere either',
    async () => {
      const { weights, syncReads } = await matrix.run('plain');
      expect(syncReads).toEqual([]);
      for (const way of WAYS) {
        expect(relativeDifference(await matrix.run('neutral', way), weights)).toBeLessThan(1e-6);
      }
    },
    LONG,
  );

  test.each(ROUTES)(
    'measures by %s what Node measures',
    async (route) => {
      const [here, inNode] = [stepsOf(await matrix.run('measured', route)), stepsOf(await scenarios.measured(route))];
      expect(here.at(-1)?.gradient?.route).toBe(route);
      expect(here).toHaveLength(inNode.length);
      for (const [i, step] of here.entries()) {
        const expected = Object.fromEntries(statistics(inNode[i] as RunLogStep));
        expect(statistics(step).map(([name]) => name)).toEqual(Object.keys(expected));
        for (const [name, value] of statistics(step)) {
          expect(Math.abs(value - (expected[name] as number))).toBeLessThan(1e-4 * Math.abs(expected[name] as number));
        }
      }
    },
    LONG,
  );

  for (const kind of Object.keys(layerKinds) as (keyof typeof layerKinds)[]) {
    const reason = backend.cannot[kind];
    const title = `trains a net with ${kind}${reason === undefined ? '' : `: not, ${reason}`}`;
    (reason === undefined ? test : test.skip)(
      title,
      async () => {
        const steps = stepsOf(await matrix.run('layerKind', kind));
        expect(steps).toHaveLength(2);
        for (const { loss, gradient } of steps) {
          expect(loss).toBeGreaterThan(0);
          expect(gradient?.squaredNormOfMean).toBeGreaterThan(0);
        }
      },
      LONG,
    );
  }
}

describeInChromium('the package', () => {
  for (const backend of BACKENDS) {
    if (backend.absent === undefined) describe(`on ${backend.name}`, () => suite(backend));
    else {
      if (hasChromium) saySkipped(`the package on ${backend.name}`, backend.absent);
      test.skip(`on ${backend.name}: ${backend.absent}`, () => {});
    }
  }
});
