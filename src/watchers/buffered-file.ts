import { concat } from '../importers/tensorboard/wire-writer.js';
import { type FileSystem, hostProcess } from '../run-log/node.js';

/** What a file that grows needs of the world. */
export interface BufferedFileOptions {
  readonly fs: Pick<FileSystem, 'openSync' | 'write' | 'writeSync' | 'closeSync'>;
  /** [ms] */
  readonly now: () => number;
  /** Gets what went wrong, once; nothing is written any more. */
  readonly onFailure: (error: Error) => void;
}

/** What waits is handed to the operating system after so long [ms], or at once where it is so much [bytes]. */
const WAIT_MS = 1000;
const MOST_WAITING = 1 << 18;

/**
 * A new file that grows while somebody reads it.
 *
 * What is added waits up to a second for the next addition, and is then written without the loop waiting for it. {@link close}, and the end
 * of the process, write the rest at once. So does an addition where a write does not come back: the loop may be one that never yields. A
 * write goes to its own place in the file, so that doing it again does no harm.
 * @throws Error if the file is there already or cannot be made
 */
export class BufferedFile {
  readonly #options: BufferedFileOptions;
  readonly #file: number;
  readonly #atExit = (): void => this.close();
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #lastWrite = Number.NEGATIVE_INFINITY;
  /** On its way to the disk, from {@link #position} on. */
  #flying: Uint8Array | undefined;
  /** Bytes that are surely in the file. */
  #position = 0;
  /** Writes that have not come back. */
  #pending = 0;
  /** Whether the event loop has gone round since the last write left. */
  #hasTurned = true;
  #isOpen = true;
  #isClosed = false;

  constructor(path: string, options: BufferedFileOptions) {
    this.#options = options;
    this.#file = options.fs.openSync(path, 'wx');
    hostProcess()?.once('exit', this.#atExit);
  }

  /** Adds bytes, which must not be changed afterwards. */
  add(bytes: Uint8Array): void {
    if (!this.#isOpen) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    const isMuch = this.#waitingBytes >= MOST_WAITING;
    if (!isMuch && this.#options.now() - this.#lastWrite < WAIT_MS) return;
    if (this.#flying === undefined) this.#fly();
    else if (isMuch || !this.#hasTurned) this.#writeNow();
  }

  /** Writes what waits and closes the file. */
  close(): void {
    if (this.#isOpen) this.#writeNow();
    this.#leave();
  }

  #take(): Uint8Array {
    const taken = concat(...this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#lastWrite = this.#options.now();
    return taken;
  }

  #fly(): void {
    this.#flying = this.#take();
    this.#hasTurned = false;
    setImmediate(() => {
      this.#hasTurned = true;
    });
    this.#send(this.#flying, 0);
  }

  #send(bytes: Uint8Array, from: number): void {
    this.#pending += 1;
    this.#options.fs.write(this.#file, bytes, from, null, this.#position + from, (error, written) => {
      this.#pending -= 1;
      // Else it was written a second time, at once, in the meantime.
      if (this.#flying === bytes) this.#landed(bytes, from + written, error);
      if (!this.#isOpen) this.#closeWhenIdle();
    });
  }

  #landed(bytes: Uint8Array, done: number, error: Error | null): void {
    if (error !== null) this.#fail(error);
    else if (done < bytes.length) this.#send(bytes, done);
    else {
      this.#position += bytes.length;
      this.#flying = undefined;
    }
  }

  #writeNow(): void {
    const bytes = concat(this.#flying ?? new Uint8Array(0), this.#take());
    this.#flying = undefined;
    try {
      for (let done = 0; done < bytes.length; ) {
        done += this.#options.fs.writeSync(this.#file, bytes, done, null, this.#position + done);
      }
      this.#position += bytes.length;
    } catch (thrown) {
      this.#fail(thrown as Error);
    }
  }

  #fail(error: Error): void {
    this.#flying = undefined;
    this.#leave();
    this.#options.onFailure(error);
  }

  #leave(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#waiting = [];
    hostProcess()?.off('exit', this.#atExit);
    this.#closeWhenIdle();
  }

  #closeWhenIdle(): void {
    if (this.#pending > 0 || this.#isClosed) return;
    this.#isClosed = true;
    this.#options.fs.closeSync(this.#file);
  }
}
