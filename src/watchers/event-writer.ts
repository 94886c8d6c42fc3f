import { encodeFileVersion, eventEncoder } from '../importers/tensorboard/event.js';
import { frameTfRecord } from '../importers/tensorboard/tf-record.js';
import { type FileSystem, hostName, hostProcess } from '../run-log/node.js';
import { BufferedFile } from './buffered-file.js';
import type { RunEvent } from './run-events.js';

/** What a writer of event files needs of the world. */
export interface EventWriterOptions {
  readonly fs: FileSystem;
  /** [ms since 1970] */
  readonly now: () => number;
  /** Gets what went wrong after the file was made; the file ends there. */
  readonly onFailure: (error: Error) => void;
}

/** A new event file that grows as the training goes on. */
export interface EventWriter {
  write(event: RunEvent): void;
  close(): void;
}

/** Two runs of a process within a second must differ. */
let count = 0;

/** TensorBoard looks for `tfevents` in a name, and reads the files of a folder in the order of their names. */
function nameAt(ms: number): string {
  const seconds = String(Math.floor(ms / 1000)).padStart(10, '0');
  return `events.out.tfevents.${seconds}.${hostName()}.${hostProcess()?.pid ?? 0}.${count++}.v2`;
}

/**
 * Makes an event file in a folder, which is made where it is not there.
 * @throws Error if it cannot be made
 */
export function eventWriter(folder: string, { fs, now, onFailure }: EventWriterOptions): EventWriter {
  fs.mkdirSync(folder, { recursive: true });
  const file = new BufferedFile(`${folder}/${nameAt(now())}`, { fs, now, onFailure });
  const encode = eventEncoder();
  const seconds = (): number => now() / 1000;
  file.add(frameTfRecord(encodeFileVersion(seconds())));
  return {
    write: ({ step, values }) => file.add(frameTfRecord(encode({ wallTime: seconds(), step, values }))),
    close: () => file.close(),
  };
}
