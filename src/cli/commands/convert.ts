import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { Command, Option } from 'commander';
import { exportRun } from '../../exporters/index.js';
import type { FormatName } from '../../importers/index.js';
import type { LogRecord } from '../../run-log/stream.js';
import { complain, namedFiles } from '../each-log.js';
import { EXIT, type Finish, PipeClosed, usage } from '../failure.js';
import { FORMATS, type InputFlags, inputOptions, withInputFlags } from '../flags.js';
import { openInput } from '../input.js';
import type { Io } from '../io.js';
import { openOutput } from '../output.js';

type Flags = InputFlags & { readonly to?: FormatName; readonly force?: true };

const GZIPPED = /\.gz$/i;

/** @throws Failure where neither a flag nor the output's name tells the format */
function formatOf(output: string, to: FormatName | undefined): FormatName {
  const name = output.replace(GZIPPED, '');
  if (to !== undefined) return to;
  if (name.endsWith('.jsonl')) return 'run-log';
  if (name.endsWith('.json')) return 'hugging-face';
  if (name.includes('tfevents')) return 'tensorboard';
  throw usage(`the format is not told by '${output}': say --to ${FORMATS.join(', ')}`);
}

async function* flat(batches: AsyncIterable<readonly LogRecord[]>): AsyncGenerator<LogRecord> {
  for await (const batch of batches) yield* batch;
}

function compressed(chunks: AsyncIterable<Uint8Array | string>): AsyncIterable<Uint8Array> {
  const gzip = createGzip();
  // Errors reach the reader by way of the stream.
  pipeline(Readable.from(chunks, { objectMode: true }), gzip, () => undefined);
  return gzip;
}

/** `convert`: a log in another format. */
export function convertCommand(io: Io, finish: Finish): Command {
  const command = new Command('convert')
    .description('write a log in another format; what the format can hold comes back the same')
    .argument('<input>', 'a run log or a log of another tool; - for standard input')
    .argument('<output>', 'the file to write, compressed where its name ends in .gz; - for standard output')
    .addOption(
      new Option('--to <format>', "format to write, where the output's name does not tell it").choices(FORMATS),
    );
  return withInputFlags(command)
    .option('-f, --force', 'overwrite the output')
    .addHelpText(
      'after',
      `
Examples:
  $ tfjs-adaptive-batch convert run.jsonl events.out.tfevents.run
  $ tfjs-adaptive-batch convert run.jsonl run.csv --to lightning-csv
  $ tfjs-adaptive-batch convert trainer_state.json run.jsonl.gz --batch-size 64
  $ tfjs-adaptive-batch convert training.csv run.jsonl --batch-size 32 --learning-rate 0.01 --dataset-size 60000`,
    )
    .action(async (input: string, target: string, flags: Flags) => {
      const format = formatOf(target, flags.to);
      const output = openOutput(target, io, { force: flags.force === true, inputs: [input] });
      const [file] = namedFiles([input], io);
      try {
        const log = await openInput(file as string, inputOptions(flags), io);
        const chunks = exportRun(format, flat(log.records));
        for await (const chunk of GZIPPED.test(target) ? compressed(chunks) : chunks) await output.write(chunk);
        finish(EXIT.ok);
      } catch (error) {
        output.abandon();
        if (error instanceof PipeClosed) throw error;
        finish(complain(error, io));
      } finally {
        output.close();
      }
    });
}
