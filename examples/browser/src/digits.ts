/** Examples as rows of pixels in [0, 1], and the digit that each shows. */
export interface Examples {
  readonly pixels: Float32Array;
  readonly labels: Int32Array;
}

/** The data, divided once and for all. */
export interface Digits {
  readonly train: Examples;
  readonly test: Examples;
}

export const PIXELS = 64;
const BRIGHTEST = 16;
const TRAINING_SHARE = 0.8;
const GZIP_MAGIC = [0x1f, 0x8b] as const;

/** A seeded generator of numbers in (0, 1): Lehmer's, of Park and Miller 1988. */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j] as Item, result[i] as Item];
  }
  return result;
}

function examplesOf(rows: readonly (readonly number[])[]): Examples {
  return {
    pixels: Float32Array.from(rows.flatMap((row) => row.slice(0, PIXELS).map((pixel) => pixel / BRIGHTEST))),
    labels: Int32Array.from(rows, (row) => row[PIXELS] as number),
  };
}

/**
 * Reads lines of 64 pixels and a digit, in a seeded order, four fifths to train on.
 * @throws TypeError that names the line, if one has other than 65 numbers
 */
export function parseDigits(text: string): Digits {
  const rows = text
    .trim()
    .split('\n')
    .map((line, i) => {
      const row = line.split(',').map(Number);
      if (row.length === PIXELS + 1 && row.every(Number.isFinite)) return row;
      throw new TypeError(`digits: line ${i + 1} must hold ${PIXELS + 1} numbers; got '${line.slice(0, 40)}'`);
    });
  const mixed = shuffled(rows, lehmer(1));
  const count = Math.floor(TRAINING_SHARE * mixed.length);
  return { train: examplesOf(mixed.slice(0, count)), test: examplesOf(mixed.slice(count)) };
}

/**
 * Fetches the digits. Some servers say of a .gz file that it is compressed on its way, and the browser then unpacks it; others do not.
 * @throws Error if the server has no such file
 */
export async function fetchDigits(address: string): Promise<Digits> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`digits: the server answers ${response.status} to ${address}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const isPacked = GZIP_MAGIC.every((byte, i) => bytes[i] === byte);
  const stream = new Blob([bytes]).stream();
  const plain = isPacked ? stream.pipeThrough(new DecompressionStream('gzip')) : stream;
  return parseDigits(await new Response(plain).text());
}
