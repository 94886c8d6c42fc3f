import { HEADER_COLUMN } from './csv-dialects.js';
import { maskedCrc32c } from './tensorboard/crc32c.js';
import type { ForeignFormat } from './types.js';

/** A format by name: one of another tool, or the run log itself. */
export type FormatName = ForeignFormat | 'run-log';

/** So many bytes from the start are enough to tell a format. */
export const PEEK_BYTES = 2 ** 16;

/** A TFRecord file starts with a length and the checksum of it. */
function isRecordFile(start: Uint8Array): boolean {
  if (start.length < 12) return false;
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  return maskedCrc32c(start.subarray(0, 8)) === view.getUint32(8, true);
}

function formatOfJson(text: string): FormatName {
  if (/^\s*\{\s*"runLog"/.test(text)) return 'run-log';
  const firstLine = text.trimStart().split('\n', 1)[0] as string;
  const isLines = firstLine.trim().endsWith('}') && text.includes('\n');
  return /"log_history"\s*:/.test(text) || !isLines ? 'hugging-face' : 'run-log';
}

/**
 * Which format a file has, by how it starts.
 * @param start its first bytes, up to {@link PEEK_BYTES}
 * @throws TypeError where it starts like none of them
 */
export function detectFormat(start: Uint8Array, file: string): FormatName {
  if (isRecordFile(start)) return 'tensorboard';
  const text = new TextDecoder('utf-8').decode(start).trimStart();
  if (text.startsWith('{')) return formatOfJson(text);
  const head = (text.split(/\r\n|\r|\n/, 1)[0] as string).split(',').map((name) => name.trim().replace(/^"|"$/g, ''));
  // Written from a run log: the tool's own name for the loss tells them apart.
  if (head.includes(HEADER_COLUMN)) return head.includes('loss') ? 'keras-csv' : 'lightning-csv';
  if (head.includes('step')) return 'lightning-csv';
  if (head.length > 1 && head.every((name) => !name.includes('\0'))) return 'keras-csv';
  throw new TypeError(
    `${file}: is no run log, Keras or Lightning CSV, trainer_state.json or TensorBoard event file; name its format`,
  );
}
