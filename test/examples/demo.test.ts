import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { demo } from '../../examples/demo.js';

const BOX = '┌│└';
const AXIS = /^ +[\d.]* +[┤┼]/;

describe('the demo', () => {
  const folder = mkdtempSync(join(tmpdir(), 'demo-'));
  const log = join(folder, 'runs', 'digits.jsonl');
  const lines: string[] = [];
  let pairs: Awaited<ReturnType<typeof demo>>;

  beforeAll(async () => {
    const print = (text: string) => lines.push(...stripVTControlCharacters(text).split('\n'));
    pairs = await demo({ seeds: [1], targetLoss: 0.6, mostEpochs: 20, log, print });
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('trains both ways to the target', () => {
    expect(pairs.map(({ seed }) => seed)).toEqual([1]);
    for (const { base, adaptive } of pairs) {
      expect([base.isReached, adaptive.isReached]).toEqual([true, true]);
      expect(Math.min(base.accuracy, adaptive.accuracy)).toBeGreaterThan(0.7);
    }
  });

  it('prints the table with time, updates, examples, accuracy and their ratios', () => {
    const rows = lines.filter((line) => BOX.includes(line[0] ?? ' '));
    for (const name of ['training loss 0.6', 'time', 'updates', 'examples', 'test accuracy']) {
      expect(rows.filter((row) => row.includes(name))).toHaveLength(1);
    }
    const time = rows.find((row) => row.includes('time'));
    expect(time).toMatch(/│ time +│ +\d+\.\d\d s │ +\d+\.\d\d s │ +\d+\.\d\d │/);
  });

  it('draws loss and batch size over time', () => {
    const from = (heading: string) => lines.slice(lines.findIndex((line) => line.startsWith(heading)) + 1);
    for (const row of from('Training loss over time').slice(0, 9)) expect(row).toMatch(AXIS);
    expect(from('Batch size over time').join('\n')).toMatch(/^ +16 +┼/m);
    expect(lines.filter((line) => /^ +0\.0 s +\d/.test(line))).toHaveLength(2);
  });

  it('fits into 80 columns', () => {
    const widest = Math.max(...lines.filter((line) => !line.includes(log)).map((line) => line.length));
    expect(widest).toBeLessThanOrEqual(80);
  });

  it('replays its log to the same decisions', () => {
    expect(existsSync(log)).toBe(true);
    const [, same, all] = /Replay without training: ([\d,]+) of ([\d,]+) decisions/.exec(lines.join('\n')) ?? [];
    expect(same).toBeDefined();
    expect(same).toBe(all);
  });
});
