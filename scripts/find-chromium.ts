import { existsSync } from 'node:fs';

/** The places where systems install a browser of this family. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The browser for the tests of pages: the one that `CHROMIUM` names, or an installed one; undefined if there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env.CHROMIUM ?? '';
  return named === '' ? PLACES.find((path) => existsSync(path)) : existsSync(named) ? named : undefined;
}

/** What was not run without a browser, by name. */
export const NOT_RUN =
  'NOT RUN: the tests in a browser (test/web/browser.test.ts): no Chromium was found. Install it, or name one with CHROMIUM.';
