import type { Decision, JsonObject, RunFacts, StepObservation } from '../core/types.js';
import { formatHeader, formatStep } from '../run-log/format.js';
import { fileSink, type RunLogSink } from '../run-log/sink.js';

/** Writes one run after the other to a sink. A log that fails half way (a full disk) is given up; the training goes on. */
export class RunLogWriter {
  readonly #log: string | RunLogSink | undefined;
  readonly #report: (error: Error) => void;
  #sink: RunLogSink | undefined;

  /**
   * @param log a file's path, a sink, or none
   * @param report gets what goes wrong after the header
   */
  constructor(log: string | RunLogSink | undefined, report: (error: Error) => void) {
    this.#log = log;
    this.#report = report;
  }

  /** Begins a run. @throws Error if the log cannot be written */
  open(header: () => { facts: RunFacts; options: JsonObject; about: JsonObject; state?: unknown }): void {
    if (this.#log === undefined) return;
    this.#sink = typeof this.#log === 'string' ? fileSink(this.#log) : this.#log;
    try {
      this.#sink.write(formatHeader(header()));
    } catch (thrown) {
      this.close();
      throw thrown;
    }
  }

  write(observation: StepObservation, decision: Decision): void {
    if (this.#sink === undefined) return;
    try {
      this.#sink.write(formatStep(observation, decision));
    } catch (cause) {
      this.close();
      this.#report(new Error(`log: writing failed, the log ends here: ${(cause as Error).message}`, { cause }));
    }
  }

  close(): void {
    const sink = this.#sink;
    this.#sink = undefined;
    try {
      sink?.close?.();
    } catch (cause) {
      this.#report(new Error(`log: closing failed: ${(cause as Error).message}`, { cause }));
    }
  }
}
