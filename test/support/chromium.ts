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

/** `describe` for tests that need Chromium: skipped, saying so, where it is missing. */
export function describeInChromium(name: string, suite: () => void): void {
  const title = `${name} in ${CHROMIUM}${hasChromium ? '' : ', which is not here: set CHROMIUM to one'}`;
  (hasChromium ? describe : describe.skip)(title, suite);
}

/** A headless Chromium. Its close() is the caller's. */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', ...QUIET, ...args] });
}
