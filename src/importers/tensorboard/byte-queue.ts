/** Bytes that come in chunks and are taken in pieces of any length. */
export interface ByteQueue {
  /**
   * The next `count` bytes; fewer where the source ends before. Memory follows the bytes that came, not those asked for.
   */
  take(count: number): Promise<Uint8Array>;
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** @see ByteQueue */
export function byteQueue(chunks: AsyncIterator<Uint8Array>): ByteQueue {
  let current: Uint8Array = new Uint8Array(0);
  return {
    async take(count) {
      const pieces: Uint8Array[] = [];
      let length = 0;
      while (length < count) {
        if (current.length === 0) {
          const { done, value } = await chunks.next();
          if (done === true) break;
          current = value;
          continue;
        }
        const piece = current.subarray(0, count - length);
        current = current.subarray(piece.length);
        pieces.push(piece);
        length += piece.length;
      }
      return joined(pieces, length);
    },
  };
}
