import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { formatHeader, formatStep } from '../../src/run-log/format.js';
import { readRunLog } from '../../src/run-log/read.js';
import { type LogRecord, type ReadRecordsOptions, readRecords } from '../../src/run-log/stream.js';
import { observation, plainObservation } from '../support/observations.js';
import { anyLoggedRun, DECISION, HEADER, runOf } from './support.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The four bytes before the last four are the checksum. */
function withWrongChecksum(gzip: Buffer): Buffer {
  return gzip.fill(0, gzip.length - 8, gzip.length - 4);
}

/** All records and warnings of a log called run.jsonl. */
async function read(source: Parameters<typeof readRecords>[0], options: ReadRecordsOptions = {}) {
  const warnings: string[] = [];
  const records: LogRecord[] = [];
  const given = { name: 'run.jsonl', onWarning: (message: string) => warnings.push(message), ...options };
  for await (const batch of readRecords(source, given)) records.push(...batch);
  return { records, warnings };
}

/** The parts of a text's bytes between the cuts. */
function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((to, i) => bytes.slice(places[i], to));
}

const plain = (record: LogRecord) =>
  record.kind === 'header'
    ? { header: record.header, place: record.place }
    : { observation: record.observation, decision: record.decision, place: record.place };

test('headers and steps with their places, blank lines and all', async () => {
  const { records } = await read([`${runOf(2).join('\n\n')}\n`, runOf(1).join('\r\n')]);
  expect(records.map(({ kind, place, line }) => [kind, place, line])).toEqual([
    ['header', 'run.jsonl:1', 1],
    ['step', 'run.jsonl:3', 3],
    ['step', 'run.jsonl:5', 5],
    ['header', 'run.jsonl:6', 6],
    ['step', 'run.jsonl:7', 7],
  ]);
  expect(records.slice(0, 2).map(plain)).toEqual([
    { header: JSON.parse(formatHeader({ ...HEADER, about: {} })), place: 'run.jsonl:1' },
    { observation: observation({ step: 1 }), decision: { ...DECISION, step: 1 }, place: 'run.jsonl:3' },
  ]);
});

test('wherever the pieces are cut, as text, bytes or gzip, it reads what readRunLog reads', async () => {
  const cuts = fc.array(fc.nat(), { maxLength: 12 });
  const gzip = fc.boolean();
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyLoggedRun, { minLength: 1, maxLength: 2 }),
      cuts,
      gzip,
      async (runs, places, isGzip) => {
        const text = runs
          .flatMap(({ facts, about, steps }) => [
            formatHeader({ ...HEADER, facts, about }),
            ...steps.map(([seen, decision]) => formatStep(seen, decision)),
          ])
          .join('\n');
        const bytes = isGzip ? new Uint8Array(gzipSync(text)) : bytesOf(text);
        const { records, warnings } = await read(cutAt(bytes, places));
        const steps = records.flatMap((record) =>
          record.kind === 'step' ? [{ observation: record.observation, decision: record.decision }] : [],
        );
        expect(steps).toEqual(readRunLog(text).runs.flatMap((run) => run.steps));
        expect(steps).toEqual(
          runs.flatMap((run) => run.steps.map(([seen, decision]) => ({ observation: seen, decision }))),
        );
        expect(warnings).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
}, 120_000);

test('a character cut in two by the end of a text is whole again', async () => {
  const line = formatStep(observation(), { ...DECISION, reason: 'half 😀 time' });
  const at = line.indexOf('😀') + 1;
  const { records } = await read([`${formatHeader(HEADER)}\n${line.slice(0, at)}`, line.slice(at)]);
  expect(records[1]).toMatchObject({ decision: { reason: 'half 😀 time' } });
});

test('a decision may be missing: an imported run has none', async () => {
  const { records } = await read([`${formatHeader(HEADER)}\n${JSON.stringify(plainObservation())}\n`]);
  expect(records[1]).toMatchObject({ observation: plainObservation() });
  expect((records[1] as { decision?: unknown }).decision).toBeUndefined();
});

test('batches are small, however large the pieces', async () => {
  const sizes: number[] = [];
  for await (const batch of readRecords([runOf(1000).join('\n')])) sizes.push(batch.length);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(128);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(1001);
});

test('a byte order mark does not matter, nor where files were joined', async () => {
  const text = `\ufeff${runOf(1).join('\n')}\n\ufeff${runOf(2).join('\n')}`;
  expect((await read([text])).records).toHaveLength(5);
});

describe('what a killed process leaves', () => {
  const text = runOf(2).join('\n');

  test('half a line at the end is left out with a warning', async () => {
    const { records, warnings } = await read([text.slice(0, -9)]);
    expect(records).toHaveLength(2);
    expect(warnings).toEqual(['run.jsonl:3: half a line, left out']);
  });

  test('so is one that ends within a character', async () => {
    const line = formatStep(observation(), { ...DECISION, reason: 'ü' });
    const bytes = bytesOf(`${formatHeader(HEADER)}\n${line}`);
    const cut = bytes.slice(0, bytes.indexOf(0xc3) + 1);
    const { records, warnings } = await read([cut]);
    expect([records.length, warnings]).toEqual([1, ['run.jsonl:2: half a line, left out']]);
  });

  test('three broken lines in a row are no work of a killed process', async () => {
    const broken = '{"step":1,"epo';
    await expect(read([[...runOf(1), broken, broken, broken].join('\n')])).rejects.toThrow(
      new TypeError('run.jsonl:3: not a JSON object'),
    );
  });
});

describe('rejects, with file and line', () => {
  const header = formatHeader(HEADER);
  const step = (changes: object): string => JSON.stringify({ ...plainObservation(), decision: DECISION, ...changes });
  const utf16 = (text: string, isMarked: boolean): Uint8Array =>
    new Uint8Array(Buffer.from(isMarked ? `\ufeff${text}` : text, 'utf16le'));
  const TEN_LINES = [
    header,
    ...Array.from({ length: 10 }, (_, i) => step({ step: i + 1, examplesSeen: 16 * (i + 1) })),
  ];

  test.each<[string, readonly (string | Uint8Array)[], string]>([
    [
      'a duplicate step',
      [`${TEN_LINES.slice(0, 4).join('\n')}\n${TEN_LINES[3]}`],
      ':5: step must be above 3, the step before; got 3',
    ],
    [
      'steps out of order',
      [[header, TEN_LINES[2], TEN_LINES[1]].join('\n')],
      ':3: step must be above 2, the step before; got 1',
    ],
    [
      'two interleaved runs',
      [[header, step({ step: 5, examplesSeen: 90 }), step({ step: 6, examplesSeen: 20 })].join('\n')],
      ':3: examplesSeen must not fall below 90, of the step before; got 20',
    ],
    ['a wrong type', [`${header}\n${step({ loss: 'low' })}`], ':2: loss must be a number; got "low"'],
    [
      'a number as text',
      [`${header}\n${step({ batchSize: '16' })}`],
      ':2: batchSize must be a whole number >= 1; got "16"',
    ],
    ['a decision of another kind', [`${header}\n${step({ decision: [] })}`], ':2: decision must be an object; got []'],
    ['a broken line in the middle', [[header, '{"step":1', TEN_LINES[2]].join('\n')], ':2: not a JSON object'],
    ['text that is no JSON', ['loss,epoch\n1,2\n'], ':1: not a JSON object'],
    ['a step before any header', [TEN_LINES[1] as string], ':1: a step before any header'],
    ['bytes that are not UTF-8', [bytesOf(`${header}\n`), Uint8Array.of(0xff, 0x0a)], ':2: not UTF-8 text'],
    ['UTF-16', [utf16(header, true)], ':1: the text is UTF-16 or UTF-32; a run log is UTF-8'],
    ['UTF-16 without a mark', [utf16(header, false)], ':1: the text is UTF-16 or UTF-32; a run log is UTF-8'],
    ['broken gzip', [gzipSync(header).subarray(0, 30)], ': broken gzip data: '],
    ['gzip with something else behind it', [gzipSync(header), bytesOf('more')], ': broken gzip data: '],
    ['gzip with a wrong checksum', [withWrongChecksum(gzipSync(header))], ': broken gzip data: '],
  ])('%s', async (_name, pieces, message) => {
    await expect(read(pieces)).rejects.toThrow(TypeError);
    await expect(read(pieces)).rejects.toThrow(`run.jsonl${message}`);
  });

  test('a line without end, before it fills the memory', async () => {
    let taken = 0;
    function* endless(): Generator<string> {
      yield `${header}\n{"about":"`;
      for (; taken < 1024; taken++) yield 'x'.repeat(2 ** 20);
    }
    await expect(read(endless())).rejects.toThrow('run.jsonl:2: a line of more than 16777216 bytes');
    expect(taken).toBeLessThan(20);
    await expect(read([`${header}\n${TEN_LINES[1]}\n`], { maxLineBytes: 100 })).rejects.toThrow(
      'run.jsonl:1: a line of more than 100 bytes',
    );
  });

  test('gzip that inflates to a line without end', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20, 'x'));
    await expect(read([bomb])).rejects.toThrow('run.jsonl:1: a line of more than 16777216 bytes');
  });
});

describe('harmless are', () => {
  const line = (text: string): string => `${formatStep(plainObservation(), DECISION).slice(0, -1)},${text}}`;

  test('keys named __proto__ and constructor', async () => {
    const hostile = '"__proto__":{"isHacked":true},"constructor":{"prototype":{"isHacked":true}}';
    const header = `${formatHeader(HEADER).slice(0, -1)},${hostile}}`;
    const { records } = await read([`${header}\n${line(hostile)}`]);
    expect(records).toHaveLength(2);
    expect(({} as { isHacked?: boolean }).isHacked).toBeUndefined();
    const { observation: seen } = records[1] as Extract<LogRecord, { kind: 'step' }>;
    expect(Object.getPrototypeOf(seen)).toBe(Object.prototype);
    expect('isHacked' in seen).toBe(false);
  });

  test('values nested a hundred thousand deep, where nobody looks and where something else must be', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect((await read([`${formatHeader(HEADER)}\n${line(`"extra":${deep}`)}`])).records).toHaveLength(2);
    await expect(read([`${formatHeader(HEADER)}\n${line(`"validationLoss":${deep}`)}`])).rejects.toThrow(
      /^run\.jsonl:2: validationLoss must be a number; got (\[|a value nested)/,
    );
  });
});

test('whatever is done to a log, it is read, or refused with file and line', async () => {
  const text = [...runOf(4), ...runOf(3)].join('\n');
  const damage = fc.oneof(
    fc.record({
      at: fc.nat(text.length),
      cut: fc.nat(200),
      put: fc.oneof(fc.string(), fc.constantFrom('\n', '{', '"', '}', 'NaN', '\0', '-')),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), fc.boolean(), async (damages, isGzip) => {
      const damaged = damages.reduce(
        (before, { at, cut, put }) => before.slice(0, at) + put + before.slice(at + cut),
        text,
      );
      const outcome = await read([isGzip ? gzipSync(damaged) : damaged]).catch((error: Error) => error);
      if (outcome instanceof Error) {
        expect(outcome).toBeInstanceOf(TypeError);
        expect(outcome.message).toMatch(/^run\.jsonl(:\d+)?: /);
      } else {
        expect(outcome.records.length).toBeLessThanOrEqual(damaged.split('\n').length);
        for (const warning of outcome.warnings) expect(warning).toMatch(/^run\.jsonl:\d+: half a line, left out$/);
      }
    }),
    { numRuns: 400 },
  );
}, 120_000);

test('bytes of any kind are refused or empty', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      const outcome = await read([bytes]).catch((error: Error) => error);
      if (outcome instanceof Error) expect(outcome.message).toMatch(/^run\.jsonl(:\d+)?: /);
      else expect(outcome.records).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
