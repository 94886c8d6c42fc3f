// Loaded before an example, it writes the log of each of its runs to the file that RUN_LOG names, beside whatever log the example keeps.
import { env } from 'node:process';
import { RunLogWriter } from '../../src/controller/run-log-writer.js';
import { formatHeader, formatStep } from '../../src/run-log/format.js';
import { fileSink } from '../../src/run-log/sink.js';

const sink = fileSink(env.RUN_LOG as string);
const { open, write } = RunLogWriter.prototype;

RunLogWriter.prototype.open = function (header) {
  sink.write(formatHeader(header()));
  open.call(this, header);
};
RunLogWriter.prototype.write = function (observation, decision) {
  sink.write(formatStep(observation, decision));
  write.call(this, observation, decision);
};
