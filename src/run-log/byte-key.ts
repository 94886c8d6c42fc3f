const WORD = 4;
/** Longer stretches are not kept [bytes]. */
const LONGEST = 1024;

/** A stretch of bytes to be found again, four at a time. */
export interface ByteKey {
  /** Whether it comes at `at`, all before `end`. */
  isAt(view: DataView, at: number, end: number): boolean;
  /** [bytes] */
  readonly length: number;
  /** Takes another stretch; one of fewer than four bytes or of very many is found nowhere. */
  set(view: DataView, from: number, to: number): void;
}

class Words implements ByteKey {
  length = 0;
  #last = 0;
  readonly #words: Int32Array;

  constructor(bytes: number) {
    this.#words = new Int32Array(bytes / WORD + 1);
  }

  isAt(view: DataView, at: number, end: number): boolean {
    const { length } = this;
    if (length === 0 || at + length > end) return false;
    const words = this.#words;
    const count = length >> 2;
    for (let i = 0; i < count; i++) if (view.getInt32(at + WORD * i, true) !== words[i]) return false;
    return view.getInt32(at + length - WORD, true) === this.#last;
  }

  set(view: DataView, from: number, to: number): void {
    const length = to - from;
    this.length = length < WORD || length > LONGEST ? 0 : length;
    if (this.length === 0) return;
    for (let i = 0; i < length >> 2; i++) this.#words[i] = view.getInt32(from + WORD * i, true);
    this.#last = view.getInt32(to - WORD, true);
  }
}

/** A text of at least four ASCII characters as a key. */
export function keyOf(text: string): ByteKey {
  const bytes = new TextEncoder().encode(text);
  const key = new Words(bytes.length);
  key.set(new DataView(bytes.buffer), 0, bytes.length);
  return key;
}

/** A key for stretches that turn up as one reads; at first it is found nowhere. */
export function changingKey(): ByteKey {
  return new Words(LONGEST);
}
