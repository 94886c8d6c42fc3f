import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** What keeps Chromium from calling home. */
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];

/** Whether there is one. */
export const hasChromium = existsSync(CHROMIUM);

/** Says why tests are skipped: of a file whose tests all are, Jest shows not even the titles. */
export function saySkipped(tests: string, reason: string): void {
  process.stderr.write(`skipped: ${tests}: ${reason}\n`);
}

/** `describe` for tests that need Chromium: skipped, saying so, where it is missing. */
export function describeInChromium(name: string, suite: () => void): void {
  if (!hasChromium) saySkipped(name, `${CHROMIUM} is not here: set CHROMIUM to one`);
  (hasChromium ? describe : describe.skip)(`${name} in ${CHROMIUM}`, suite);
}

/** A headless Chromium. Its close() is the caller's. */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', ...QUIET, ...args] });
}
