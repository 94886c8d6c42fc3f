import { readdirSync, readFileSync } from 'node:fs';

/** A block of code in a page. */
export interface Snippet {
  /** The page, and the line in it before the code's first. */
  readonly page: string;
  readonly line: number;
  readonly code: string;
}

/** The pages for the package's users and makers. */
export const PAGES: readonly string[] = [
  ...['README.md', 'CONTRIBUTING.md'],
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const FENCE = /^```(?:js|ts)\n([\s\S]*?)^```$/gm;

/** The JavaScript and TypeScript in a page. */
export function snippetsOf(page: string): Snippet[] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(FENCE)].map(({ index, 1: code }) => ({
    page,
    line: text.slice(0, index).split('\n').length,
    code: code as string,
  }));
}

/** The code within lines of a page, blocks aside. */
export function inlineCodeOf(text: string): string[] {
  return [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code]) => code as string);
}
