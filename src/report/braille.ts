/** A picture of dots, two by four in each letter. */
export interface BrailleCanvas {
  /** In dots. */
  readonly width: number;
  readonly height: number;
  /** Draws a straight line between two dots, (0, 0) the upper left one; what lies outside is left out. */
  line(from: readonly [x: number, y: number], to: readonly [x: number, y: number], pen: number): void;
  /** Rows of letters, each painted with the pen that was last in it. */
  rows(paint: (letters: string, pen: number) => string): string[];
}

const BLANK = 0x2800;
/** Bits of the dots of a letter, by row and column. */
const BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const NO_PEN = -1;

/** @param columns, rows in letters; whole numbers >= 1 */
export function brailleCanvas(columns: number, rows: number): BrailleCanvas {
  const dots = new Uint8Array(columns * rows);
  const pens = new Int16Array(columns * rows).fill(NO_PEN);
  const [width, height] = [2 * columns, 4 * rows];

  function set(x: number, y: number, pen: number): void {
    if (!(x >= 0 && x < width && y >= 0 && y < height)) return;
    const cell = Math.floor(y / 4) * columns + Math.floor(x / 2);
    dots[cell] = (dots[cell] as number) | (BITS[y % 4]?.[x % 2] as number);
    pens[cell] = pen;
  }

  function painted(row: number, paint: (letters: string, pen: number) => string): string {
    let [text, run, pen] = ['', '', NO_PEN];
    for (let cell = row * columns; cell < (row + 1) * columns; cell++) {
      const here = pens[cell] as number;
      if (here !== pen && run !== '') {
        text += paint(run, pen);
        run = '';
      }
      pen = here;
      run += here === NO_PEN ? ' ' : String.fromCharCode(BLANK + (dots[cell] as number));
    }
    return text + paint(run, pen);
  }

  return {
    width,
    height,
    line([x0, y0], [x1, y1], pen) {
      const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
      for (let i = 0; i <= steps; i++) {
        set(Math.round(x0 + ((x1 - x0) * i) / steps), Math.round(y0 + ((y1 - y0) * i) / steps), pen);
      }
    },
    rows: (paint) => Array.from({ length: rows }, (_, row) => painted(row, paint)),
  };
}
