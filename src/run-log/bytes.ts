/** What a log can be read from, piece by piece. */
export type LogSource = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

const GZIP = [0x1f, 0x8b] as const;

/** Texts as UTF-8; a character that is cut in two by the end of a piece goes with the next. */
async function* encoded(source: LogSource): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let carried = '';
  for await (const piece of source) {
    if (typeof piece !== 'string') {
      yield piece;
      continue;
    }
    const text = carried + piece;
    const last = text.charCodeAt(text.length - 1);
    carried = last >= 0xd800 && last < 0xdc00 ? text.slice(-1) : '';
    yield encoder.encode(carried === '' ? text : text.slice(0, -1));
  }
  if (carried !== '') yield encoder.encode(carried);
}

/** The pieces, the first of at least two bytes where there are as many. */
async function* withWholeStart(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let start: Uint8Array | undefined = new Uint8Array(0);
  for await (const piece of source) {
    if (start === undefined) {
      yield piece;
    } else {
      start = Uint8Array.of(...start, ...piece.subarray(0, 2));
      if (start.length < 2) continue;
      yield start;
      if (piece.length > 2) yield piece.subarray(2);
      start = undefined;
    }
  }
  if (start !== undefined && start.length > 0) yield start;
}

async function* inflated(source: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new DecompressionStream('gzip');
  const writer = writable.getWriter();
  const pump = async (): Promise<void> => {
    for await (const piece of source) await writer.write(piece as Uint8Array<ArrayBuffer>);
    await writer.close();
  };
  let failure: unknown;
  const pumping = pump().catch((error: unknown) => {
    failure ??= error;
    return writer.abort(error).catch(() => undefined);
  });
  const reader = readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    await pumping;
  } catch (cause) {
    throw new TypeError(`${name}: broken gzip data: ${((failure ?? cause) as Error).message}`, { cause });
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function checkEncoding(start: Uint8Array, name: string): void {
  const [one, two] = start;
  const isMarked = (one === 0xff && two === 0xfe) || (one === 0xfe && two === 0xff);
  if (isMarked || one === 0 || two === 0) {
    throw new TypeError(`${name}:1: the text is UTF-16 or UTF-32; a run log is UTF-8`);
  }
}

/**
 * The log's text as UTF-8, inflated as it comes where it begins with gzip's magic bytes.
 * @throws TypeError for broken gzip data, and for UTF-16
 */
export async function* plainBytes(source: LogSource, name: string): AsyncGenerator<Uint8Array> {
  let isStart = true;
  const whole = withWholeStart(encoded(source));
  const first = await whole.next();
  if (first.done) return;
  async function* all(): AsyncGenerator<Uint8Array> {
    yield first.value as Uint8Array;
    yield* whole;
  }
  const isGzip = first.value[0] === GZIP[0] && first.value[1] === GZIP[1];
  for await (const piece of isGzip ? withWholeStart(inflated(all(), name)) : all()) {
    if (isStart) checkEncoding(piece, name);
    isStart = false;
    yield piece;
  }
}
