import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mergeParts, type Part, type PartedBench, savedParts, savePart } from '../../bench/support/parts.js';
import { commandOf } from '../../bench/support/result.js';

const origin = {
  date: '2026-01-02',
  command: 'npm run bench:sums',
  processor: 'abacus',
  cores: 1,
  node: 'v20',
  package: '0',
};
const part = (key: string, finding: number, date = origin.date): Part<number> => ({ key, ...origin, date, finding });
const BENCH: PartedBench<number> = {
  bench: 'sums',
  figuresOf: (findings) => ({ sum: findings.reduce((sum, value) => sum + value, 0) }),
  titleOf: (finding) => `the ${finding}`,
  textOf: (finding) => `It is ${finding}.`,
};

describe('commandOf', () => {
  it('leaves out how the figures are shown and where logs go', () => {
    const args = ['--task', 'spam', '--save', '--logs', 'runs', '--quick', '--json'];
    expect(commandOf('sums', args)).toBe('npm run bench:sums -- --task spam --quick');
    expect(commandOf('sums', ['--logs=runs', '--save'])).toBe('npm run bench:sums');
  });
});

describe('mergeParts', () => {
  it('replaces parts of the same key, keeps the others, sorts by key', () => {
    const merged = mergeParts([part('b', 1), part('c', 2)], [part('c', 3, '2026-05-06'), part('a', 4)]);
    expect(merged.map(({ key, finding, date }) => [key, finding, date])).toEqual([
      ['a', 4, '2026-01-02'],
      ['b', 1, '2026-01-02'],
      ['c', 3, '2026-05-06'],
    ]);
  });
});

describe('savePart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parts-'));
  const url = pathToFileURL(`${folder}/`);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('adds to what is saved; figures are over all parts, each part tells its own origin', () => {
    expect(savedParts('sums', url)).toEqual([]);
    savePart(BENCH, part('one', 1), url);
    savePart(BENCH, part('two', 20, '2026-03-04'), url);
    savePart(BENCH, part('one', 3), url);
    expect(savedParts('sums', url).map(({ key, finding }) => [key, finding])).toEqual([
      ['one', 3],
      ['two', 20],
    ]);
    const page = readFileSync(join(folder, 'sums.md'), 'utf8');
    expect(page).toContain('| `sum` | 23.000 |');
    expect(page).toMatch(/## the 3\n\nPart `one`: `npm run bench:sums`, 2026-01-02, .*\n\nIt is 3\.\n/);
    expect(page).toMatch(/Part `two`: .*2026-03-04/);
  });

  it('keeps numbers that JSON cannot hold', () => {
    savePart(BENCH, part('never', Number.POSITIVE_INFINITY), url);
    expect(savedParts('sums', url).find(({ key }) => key === 'never')?.finding).toBe(Number.POSITIVE_INFINITY);
  });
});
