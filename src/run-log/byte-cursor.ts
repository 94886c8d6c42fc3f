import type { ByteKey } from './byte-key.js';
import { nearestDouble } from './decimal.js';

const QUOTE = 0x22;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
/** A whole number of so many digits is surely below 2⁵³. */
const MOST_WHOLE_DIGITS = 15;

const decoder = new TextDecoder();

/** A place in UTF-8 JSON text, read token by token. `isGood` turns false at the first that is not as expected, and stays so. */
export class ByteCursor {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;
  isGood = true;

  /** Turns to another stretch of text. */
  use(bytes: Uint8Array): void {
    if (bytes === this.bytes) return;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Whether these bytes come next; if so it goes past them. */
  passes(key: ByteKey): boolean {
    if (!key.isAt(this.view, this.at, this.bytes.length)) return false;
    this.at += key.length;
    return true;
  }

  passesByte(byte: number): boolean {
    if (this.bytes[this.at] !== byte) return false;
    this.at += 1;
    return true;
  }

  expect(key: ByteKey): void {
    if (!this.passes(key)) this.isGood = false;
  }

  wholeAfter(key: ByteKey, least: number): number {
    if (this.passes(key)) return this.whole(least);
    this.isGood = false;
    return 0;
  }

  numberAfter(key: ByteKey): number {
    if (this.passes(key)) return this.number();
    this.isGood = false;
    return 0;
  }

  /** A whole number >= least, without sign, point or exponent. */
  whole(least: number): number {
    const { bytes } = this;
    const start = this.at;
    let at = start;
    let value = 0;
    for (let digit = (bytes[at] as number) - ZERO; digit >= 0 && digit <= 9; digit = (bytes[++at] as number) - ZERO) {
      value = value * 10 + digit;
    }
    const count = at - start;
    const isLed = count > 1 && bytes[start] === ZERO;
    if (count === 0 || count > MOST_WHOLE_DIGITS || isLed || value < least) this.isGood = false;
    this.at = at;
    return value;
  }

  /** Any JSON number, to the double that JSON.parse makes of it. */
  number(): number {
    const { bytes } = this;
    const start = this.at;
    const isNegative = bytes[start] === MINUS;
    const first = isNegative ? start + 1 : start;
    let at = first;
    let high = 0;
    let low = 0;
    let digits = 0;
    let point = -1;
    for (; at < bytes.length; at++) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit >= 0 && digit <= 9) {
        if (digits < 9) high = high * 10 + digit;
        else low = low * 10 + digit;
        if (digits > 0 || digit > 0) digits += 1;
      } else if (digit === POINT - ZERO && point < 0) point = at;
      else break;
    }
    this.at = at;
    const wholeDigits = (point < 0 ? at : point) - first;
    const fraction = point < 0 ? 0 : at - point - 1;
    const isLed = wholeDigits > 1 && bytes[first] === ZERO;
    if (wholeDigits === 0 || isLed || (point >= 0 && fraction === 0)) this.isGood = false;
    const value =
      digits > 17 || this.hasExponent() ? Number.NaN : nearestDouble(high, low, Math.max(0, digits - 9), fraction);
    if (Number.isNaN(value)) return this.numberOf(start);
    return isNegative ? -value : value;
  }

  hasExponent(): boolean {
    const byte = this.bytes[this.at];
    return byte === 0x65 || byte === 0x45;
  }

  /** The number that begins at `start`, by JSON.parse. */
  numberOf(start: number): number {
    const { bytes } = this;
    let { at } = this;
    while (at < bytes.length && '+-0123456789eE.'.includes(String.fromCharCode(bytes[at] as number))) at += 1;
    this.at = at;
    try {
      return JSON.parse(String.fromCharCode(...bytes.subarray(start, at))) as number;
    } catch {
      this.isGood = false;
      return 0;
    }
  }

  /** Goes past an object, whatever it holds. @returns its bytes */
  object(): Uint8Array {
    const { bytes } = this;
    const start = this.at;
    let at = start;
    let depth = 0;
    if (bytes[at] !== OPEN) this.isGood = false;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        for (at += 1; at < bytes.length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at += 1;
      } else if (byte === OPEN) depth += 1;
      else if (byte === CLOSE && --depth === 0) break;
    }
    this.at = Math.min(at + 1, bytes.length);
    return bytes.subarray(start, this.at);
  }

  /** The rest of a text whose opening quote is behind, of plain ASCII without escapes; goes past its closing quote. */
  text(): string {
    const { bytes, at: start } = this;
    let at = start;
    for (let byte = bytes[at]; byte !== QUOTE; byte = bytes[++at]) {
      if (!(byte !== undefined && byte >= 0x20 && byte < 0x7f && byte !== BACKSLASH)) {
        this.isGood = false;
        return '';
      }
    }
    this.at = at + 1;
    return decoder.decode(bytes.subarray(start, at));
  }
}
