/** Values along an axis as places in a picture. */
export interface Placing {
  readonly x: ArrayLike<number>;
  /** [px] from the left and from the top; not finite where a value cannot be shown. */
  readonly toLeft: (x: number) => number;
  readonly toTop: (value: number) => number;
}

type Point = readonly [left: number, top: number];

const text = (value: number): string => value.toFixed(1).replace(/\.0$/, '');
const at = ([left, top]: Point): string => `${text(left)},${text(top)}`;

/** The points of a line, in pieces that end where a value is missing. */
function piecesOf(values: ArrayLike<number>, { x, toLeft, toTop }: Placing): Point[][] {
  const pieces: Point[][] = [[]];
  for (let i = 0; i < values.length; i++) {
    const point = [toLeft(x[i] as number), toTop(values[i] as number)] as const;
    if (point.every(Number.isFinite)) pieces.at(-1)?.push(point);
    else if (pieces.at(-1)?.length) pieces.push([]);
  }
  return pieces.filter((piece) => piece.length > 0);
}

/** With a corner before each point: the value holds from the point before on. */
function stepped(points: readonly Point[]): Point[] {
  return points.flatMap((point, i): Point[] => {
    const before = points[i - 1];
    return before === undefined || before[1] === point[1] ? [point] : [[before[0], point[1]], point];
  });
}

/** The path of a line; empty if there is nothing to show. @param isStepped whether a value holds from the step before on */
export function linePath(values: ArrayLike<number>, placing: Placing, isStepped: boolean): string {
  const drawn = piecesOf(values, placing).map((piece) => {
    const places = (isStepped ? stepped(piece) : piece).map(at);
    return `M${places.filter((place, i) => place !== places[i - 1]).join('L')}`;
  });
  return drawn.join('');
}

/** The path around a band, where both of its edges are known. */
export function bandPath(low: ArrayLike<number>, high: ArrayLike<number>, placing: Placing): string {
  const both = (values: ArrayLike<number>) =>
    Float64Array.from(values, (value, i) => (Number.isFinite(low[i]) && Number.isFinite(high[i]) ? value : Number.NaN));
  const upper = piecesOf(both(high), placing);
  const lower = piecesOf(both(low), placing);
  return upper.map((piece, i) => `M${[...piece, ...(lower[i] ?? []).toReversed()].map(at).join('L')}Z`).join('');
}

/** The points that can be shown. */
export function pointsOf(values: ArrayLike<number>, placing: Placing): Point[] {
  return piecesOf(values, placing).flat();
}
