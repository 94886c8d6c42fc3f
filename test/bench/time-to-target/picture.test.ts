import { joined, tablePicture } from '../../../bench/time-to-target/picture.js';
import { outcome } from '../policies/outcomes.js';
import { engineResult } from './results.js';

const three = (...times: number[]) => times.map((ms) => outcome(ms));

describe('the picture of the table', () => {
  const found = engineResult({
    task: 'a<b>',
    contenders: [
      { name: 'default', outcomes: three(60, 100, 160) },
      { name: 'cabs', outcomes: three(100, 200, 400) },
      { name: 'stages', outcomes: three(100, 200, 400).map((one) => ({ ...one, end: 'time' as const })) },
    ],
  });
  const picture = tablePicture([found, engineResult({}, { engine: 'wasm' })]);

  it('has a row a task and engine, with a mark for each way that reached the target', () => {
    expect(picture.match(/of the base's time/g)).toHaveLength(2);
    const titles = [...picture.matchAll(/<title>([^<]*)<\/title>/g)].map(([, title]) => title);
    // After the legend's four.
    expect(titles.slice(4)).toEqual([
      'fit(), 64 at 0.1: 0.500',
      'cabs: 1.000',
      'best fixed: fit(), 64 at 0.1: 0.500',
      'default: 0.500',
      'fit(), 64 at 0.1: 0.500',
      'best fixed: fit(), 64 at 0.1: 0.500',
      'default: 0.500',
    ]);
  });

  it('is well-formed: names are escaped, and it closes what it opens', () => {
    expect(picture).toContain('>a&lt;b&gt;<');
    for (const tag of ['svg', 'g', 'text', 'title', 'circle'])
      expect(picture.match(new RegExp(`<${tag}[ >]`, 'g'))?.length).toBe(picture.split(`</${tag}>`).length - 1);
  });

  it('keeps every mark within its width, and puts a smaller ratio to the left', () => {
    const at = (ratio: number): number => {
      const svg = tablePicture([
        engineResult({
          contenders: [
            {
              name: 'default',
              outcomes: three(100, 200, 400).map((one) => ({ ...one, elapsedMs: one.elapsedMs * ratio })),
            },
          ],
        }),
      ]);
      return Number(
        svg.match(/<circle cx="([\d.]+)" cy="\d+" r="9"[^>]*><title>default: [\d.]+<\/title><\/circle>$/m)?.[1],
      );
    };
    const places = [0.001, 0.05, 0.1, 0.2, 1, 2, 50].map(at);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect([places[0], places.at(-1)]).toEqual([places[1], places[5]]);
    expect(Math.min(...places)).toBeGreaterThan(0);
    expect(Math.max(...places)).toBeLessThan(960);
    // A factor is the same distance anywhere.
    expect((places[3] as number) - (places[2] as number)).toBeCloseTo((places[5] as number) - (places[4] as number), 0);
  });
});

describe('parts of one task and engine', () => {
  it('are one row: ways that the main part lacks, their times by the bases of both', () => {
    const main = engineResult();
    const part = engineResult({
      base: three(200, 200, 200),
      contenders: [
        { name: 'default', outcomes: three(1, 1, 1) },
        { name: 'cabs', outcomes: three(100, 50, 300) },
      ],
    });
    const rows = joined([main, part, engineResult({}, { engine: 'wasm' })]);
    expect(rows.map(({ engine }) => engine)).toEqual(['native', 'wasm']);
    const ways = rows[0]?.result.contenders.map(({ name, outcomes }) => [
      name,
      outcomes.map(({ elapsedMs }) => elapsedMs),
    ]);
    // The main part's bases took 100, 200 and 400.
    expect(ways).toEqual([
      ['default', [60, 100, 160]],
      ['cabs', [50, 50, 600]],
    ]);
  });
});
