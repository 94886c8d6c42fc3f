import type { Decision } from '../core/types.js';

/** A number as a run log has it: JSON has no NaN and no Infinity, so they are texts. */
function number(value: number): string {
  return Number.isFinite(value) ? `${value}` : `"${value}"`;
}

const HEAD = '{"step":';

/** All of a decision but its step. */
function tailOf({ batchSize, learningRate, learningRateFactor, measure, reason }: Decision): string {
  const rates = `"learningRate":${number(learningRate)},"learningRateFactor":${number(learningRateFactor)}`;
  return `,"batchSize":${number(batchSize)},${rates},"measure":${measure},"reason":${JSON.stringify(reason)}}`;
}

/** Whether two decisions differ in their step at most. */
function isLike(one: Decision, other: Decision): boolean {
  return (
    one.batchSize === other.batchSize &&
    one.learningRate === other.learningRate &&
    one.learningRateFactor === other.learningRateFactor &&
    one.measure === other.measure &&
    one.reason === other.reason
  );
}

/** One JSON text, without a line end: what JSON.stringify makes of the decision, but for numbers that JSON does not have. */
export function formatDecision(decision: Decision): string {
  return `${HEAD}${number(decision.step)}${tailOf(decision)}`;
}

/** Gathers decisions as JSON Lines in UTF-8. */
export interface DecisionWriter {
  add(decision: Decision): void;
  /** What is there to take [bytes]. */
  readonly size: number;
  /** What was added since the last call. */
  take(): Uint8Array;
}

const START = 1 << 16;
/** Room for the rest of a line, to spare an allocation at each change; a longer one is allocated. */
const LONGEST_KEPT = 1 << 12;
/** Of a whole number below 2⁵³. */
const MOST_DIGITS = 16;

/** From one step to the next little but the step's number changes: the rest is kept as bytes. */
export function decisionWriter(): DecisionWriter {
  const encoder = new TextEncoder();
  const head = encoder.encode(HEAD);
  let out = new Uint8Array(START);
  let at = 0;
  let before: Decision | undefined;
  const room = new Uint8Array(LONGEST_KEPT);
  let tail: Uint8Array = room.subarray(0, 0);

  function encoded(text: string): Uint8Array {
    const { read, written } = encoder.encodeInto(text, room);
    return read === text.length ? room.subarray(0, written) : encoder.encode(text);
  }

  function makeRoom(count: number): void {
    if (at + count <= out.length) return;
    const larger = new Uint8Array(2 * (out.length + count));
    larger.set(out.subarray(0, at));
    out = larger;
  }

  /** The digits of a whole number >= 0, the last first, in place. */
  function addWhole(value: number): void {
    let digits = 1;
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits += 1;
    let rest = value;
    for (let i = at + digits - 1; i >= at; i--) {
      const left = Math.floor(rest / 10);
      out[i] = 0x30 + (rest - 10 * left);
      rest = left;
    }
    at += digits;
  }

  return {
    add(decision) {
      if (before === undefined || !isLike(before, decision)) tail = encoded(`${tailOf(decision)}\n`);
      before = decision;
      makeRoom(head.length + MOST_DIGITS + tail.length);
      out.set(head, at);
      at += head.length;
      addWhole(decision.step);
      out.set(tail, at);
      at += tail.length;
    },
    get size() {
      return at;
    },
    take() {
      const taken = out.slice(0, at);
      at = 0;
      return taken;
    },
  };
}
