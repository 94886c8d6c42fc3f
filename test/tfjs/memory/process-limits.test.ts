import { execFile } from 'node:child_process';
import { platform } from 'node:process';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';
import { roomInProcess } from '../../../src/tfjs/memory/process-limits.js';
import { BACKEND } from '../../support/backend.js';
import { relativeDifference } from '../support.js';

jest.setTimeout(120_000);

const LIMITS = (
  data: string,
  space: string,
): string => `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max data size             ${data}            unlimited            bytes
Max address space         ${space}            unlimited            bytes
`;
const STATUS = 'Name:\tnode\nVmPeak:\t  900 kB\nVmSize:\t  800 kB\nVmData:\t  300 kB\n';
const read = (limits: string) => (name: 'limits' | 'status') => (name === 'limits' ? limits : STATUS);

describe('the room under the limits of a process', () => {
  test.each([
    ['unlimited', 'unlimited', Number.POSITIVE_INFINITY],
    ['1024000', 'unlimited', 700 * 1024],
    ['unlimited', '1024000', 200 * 1024],
    ['1024000', '1024000', 200 * 1024],
    ['1024', 'unlimited', 0],
  ])('of data %s and address space %s', (data, space, room) => {
    expect(roomInProcess(read(LIMITS(data, space)))).toBe(room);
  });

  test('is without bound where the system does not tell', () => {
    expect(
      roomInProcess(() => {
        throw new Error('ENOENT');
      }),
    ).toBe(Number.POSITIVE_INFINITY);
    expect(roomInProcess(() => '')).toBe(Number.POSITIVE_INFINITY);
  });
});

/** What limited-training.ts prints. */
type Trained = {
  dataKb: number;
  residentKb: number;
  ranOut: boolean;
  passes: [batchSize: number, microBatches: number][];
  weights: number[];
};
/** What a training may take beside the process that runs it; at its largest batch size it takes twice as much [kB]. */
const ROOM_KB = 450_000;

/** A shell's limit on the data of a process, or none [kB]. @throws where the training does not live */
async function training(what: string, limitKb: number | 'unlimited' = 'unlimited'): Promise<Trained> {
  const command = `ulimit -d ${limitKb}; exec "$0" --import tsx test/tfjs/memory/limited-training.ts "$1"`;
  const { stdout } = await promisify(execFile)('sh', ['-c', command, process.execPath, what]);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) as string) as Trained;
}

const isHere = BACKEND === 'native' && platform === 'linux';
(isHere ? describe : describe.skip)(
  `under a real limit of memory (${isHere ? 'native' : 'only native on Linux'})`,
  () => {
    let idle: Trained;
    let limitKb: number;
    beforeAll(async () => {
      idle = await training('idle');
      limitKb = idle.dataKb + ROOM_KB;
    });

    /** Whether a policy without a budget runs out of memory: the process ends, or TensorFlow can still say so and the batch is done in pieces. */
    async function runsOut(options: object, limit: number | 'unlimited'): Promise<boolean> {
      const ended = { ranOut: true };
      const { ranOut } = await training(JSON.stringify({ ...options, maxMemory: 'Infinity' }), limit).catch(
        () => ended,
      );
      return ranOut;
    }

    test('fit() at the size that the policy grows to ends the process', async () => {
      await expect(training('plain', limitKb)).rejects.toThrow();
      expect((await training('plain')).residentKb - idle.residentKb).toBeGreaterThan(ROOM_KB);
    });

    test('and that policy without a budget runs out of memory', async () => {
      expect(await runsOut({}, limitKb)).toBe(true);
    });

    test('by default the training lives, in smaller micro-batches, to the same weights', async () => {
      const [free, limited] = [await training('{"maxMemory":"Infinity"}'), await training('{}', limitKb)];
      const sizes = ({ passes }: Trained) => passes.map(([batchSize]) => batchSize);
      expect(sizes(limited)).toEqual(sizes(free));
      const largest = ({ passes }: Trained) => Math.max(...passes.map(([size, pieces]) => size / pieces));
      expect([free.ranOut, limited.ranOut]).toEqual([false, false]);
      expect(largest(free)).toBe(32_768);
      expect(largest(limited)).toBeLessThanOrEqual(4096);
      expect(relativeDifference(limited.weights, free.weights)).toBeLessThan(1e-5);
    });

    test('also where the first step is as large: it runs in pieces of the base', async () => {
      expect(await runsOut({ minBatchSize: 32_768 }, limitKb)).toBe(true);
      expect(await runsOut({ minBatchSize: 32_768 }, 'unlimited')).toBe(false);
      const { passes } = await training('{"minBatchSize":32768}', limitKb);
      expect(passes[0]).toEqual([32_768, 512]);
      expect(passes[1]?.[0]).toBe(32_768);
      expect(passes[1]?.[1]).toBeLessThan(512);
    });
  },
);
