import type uPlot from 'uplot';
import type { Mark } from './marks.js';
import { markText } from './tip.js';

/** Places that the keys go through where there is no change. */
const STOPS = 20;

const MOVES: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowRight: (at, count) => Math.min(at + 1, count - 1),
  ArrowUp: (at, count) => Math.min(at + 1, count - 1),
  ArrowLeft: (at) => Math.max(at - 1, 0),
  ArrowDown: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_at, count) => count - 1,
};

/** Lets the keyboard go from change to change; a screen reader hears what each was and why. */
export function followKeys(
  place: HTMLElement,
  {
    u,
    marks,
    title,
    setHere,
  }: {
    readonly u: uPlot;
    readonly marks: readonly Mark[];
    readonly title: string;
    readonly setHere: (isHere: boolean) => () => void;
  },
): void {
  const count = marks.length || STOPS;
  let at = 0;
  place.tabIndex = 0;
  place.setAttribute('role', 'slider');
  place.setAttribute('aria-label', `${title}: ${marks.length > 0 ? `${marks.length} changes` : 'no changes'}`);
  place.setAttribute('aria-valuemin', '1');
  place.setAttribute('aria-valuemax', String(count));

  function tell(): void {
    const mark = marks[at];
    const { what, why } = mark === undefined ? { what: `place ${at + 1} of ${STOPS}`, why: '' } : markText(mark);
    place.setAttribute('aria-valuenow', String(at + 1));
    place.setAttribute('aria-valuetext', why === '' ? what : `${what}: ${why}`);
  }

  /** In all charts, as the pointer does; uPlot's types leave out what makes it so. */
  function moveCursor(left: number, top: number): void {
    (u.setCursor as (place: object, isFired: boolean, isPublished: boolean) => void)({ left, top }, true, true);
  }

  function go(to: number): void {
    at = to;
    const mark = marks[at];
    const { min = 0, max = 1 } = u.scales.x ?? {};
    const x = mark?.x ?? min + ((max - min) * at) / (STOPS - 1);
    const left = Math.max(0, Math.min(u.valToPos(x, 'x'), u.over.clientWidth));
    moveCursor(left, u.over.clientHeight / 2);
    tell();
  }

  tell();
  place.addEventListener('keydown', (event) => {
    const move = MOVES[event.key];
    if (move === undefined) return;
    event.preventDefault();
    setHere(true)();
    go(move(at, count));
  });
  place.addEventListener('focus', () => {
    if (!place.matches(':focus-visible')) return;
    setHere(true)();
    go(at);
  });
  place.addEventListener('blur', () => {
    setHere(false)();
    moveCursor(-10, -10);
  });
}
