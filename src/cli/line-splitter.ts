import { StringDecoder } from 'node:string_decoder';

/** Cuts bytes into lines of text. */
export interface LineSplitter {
  /** The lines that these bytes end, without their ends. */
  push(bytes: Uint8Array): string[];
  /** What stands after the last line end; undefined where nothing does. */
  end(): string | undefined;
}

/**
 * Of a line that is longer than `most` characters its beginning is kept, one character more than that, so that a reader sees that it is too
 * long; memory stays bounded.
 */
export function lineSplitter(most: number): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const kept = (text: string): string => (text.length > most ? text.slice(0, most + 1) : text);
  const joined = (text: string): string => (rest.length > most ? rest : kept(rest + text));
  const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);
  return {
    push(bytes) {
      const pieces = decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)).split('\n');
      const last = pieces.pop() as string;
      const lines = pieces.map((piece, i) => withoutReturn(i === 0 ? joined(piece) : kept(piece)));
      rest = pieces.length > 0 ? kept(last) : joined(last);
      return lines;
    },
    end() {
      const line = joined(decoder.end());
      rest = '';
      return line === '' ? undefined : withoutReturn(line);
    },
  };
}
