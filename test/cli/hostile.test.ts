import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { lineSplitter } from '../../src/cli/line-splitter.js';
import { LOG, run, useFolder } from './support.js';

const file = useFolder();
const TEXT = gunzipSync(readFileSync(LOG));
const FACTS = ['--batch-size', '8', '--learning-rate', '0.1'];
const COMMANDS = [
  ['inspect', '-', ...FACTS],
  ['replay', '-', '--json', ...FACTS],
  ['replay', '-', '-p', 'fixed', ...FACTS],
  ['compare', '-', '-p', 'fixed', ...FACTS],
  ['sweep', '-', '-g', 'memory=100,1000', ...FACTS],
  ['verify', '-', ...FACTS],
  ['report', '-', '-o', '-', '--as', 'svg', ...FACTS],
  ['convert', '-', '-', '--to', 'tensorboard', ...FACTS],
  ['serve'],
];

/** A log damaged in one of the ways that disks, networks and people have. */
const anyDamage: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
  fc.jsonValue().map((value) => Buffer.from(`${JSON.stringify(value)}\n`)),
  fc.tuple(fc.nat(TEXT.length - 1), fc.nat(255)).map(([at, byte]) => {
    const damaged = Buffer.from(TEXT);
    damaged[at] = byte;
    return damaged;
  }),
  fc
    .tuple(fc.nat(TEXT.length), fc.nat(TEXT.length))
    .map(([at, to]) => Buffer.concat([TEXT.subarray(0, at), TEXT.subarray(to)])),
  fc.nat(TEXT.length).map((at) => TEXT.subarray(0, at)),
);

test.each(COMMANDS.map((words) => [words.join(' '), words] as const))(
  '%s ends with a result or a message, whatever comes',
  async (_name, words) => {
    await fc.assert(
      fc.asyncProperty(anyDamage, async (stdin) => {
        const { code, err } = await run(words, { stdin });
        expect([0, 1, 2, 3]).toContain(code);
        if (code > 1) expect(err).toMatch(/^(warning: .*\n)*error: (standard input|.*--).*\n/s);
        expect(err).not.toMatch(/\n\s+at /);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they would steer the terminal
        expect(err).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
      }),
      { numRuns: 40 },
    );
  },
);

test('touches no file but those that it is told to write', async () => {
  const path = file('run.jsonl');
  writeFileSync(path, TEXT);
  const digest = (): string[] =>
    readdirSync(file('.')).map(
      (name) =>
        `${name} ${createHash('sha256')
          .update(readFileSync(file(name)))
          .digest('hex')}`,
    );
  const before = digest();
  await run(['inspect', path]);
  await run(['replay', path, '--json']);
  await run(['verify', path]);
  await run(['compare', path]);
  await run(['report', path, '-o', '-', '--as', 'html']);
  await run(['convert', path, '-', '--to', 'keras-csv']);
  expect(digest()).toEqual(before);
});

test('a policy name cannot reach what is no policy', async () => {
  for (const name of ['constructor', '__proto__', 'toString', 'restricted', '../index.js']) {
    const { code, err } = await run(['replay', LOG, '-p', name]);
    expect([code, err]).toEqual([2, expect.stringContaining(`there is no policy '${name}'`)]);
  }
});

test('serve is not filled by a line that never ends', () => {
  const splitter = lineSplitter(1000);
  const chunk = new Uint8Array(2 ** 16).fill(0x61);
  for (let i = 0; i < 2000; i++) expect(splitter.push(chunk)).toEqual([]);
  expect(splitter.push(Uint8Array.of(0x0a))).toEqual(['a'.repeat(1001)]);
});
