import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { AxeResults, RunOptions } from 'axe-core';
import { type Browser, type Page, chromium } from 'playwright-core';
import { NOT_RUN, findChromium } from '../../scripts/find-chromium.ts';
import type { TestSite } from './site.ts';

export const WIDTHS = [360, 768, 1280, 2000];
/** A page of each kind, in the state that shows most. */
export const PAGES = [
  '/',
  '/cases?issue=Stairs&ongoing=Yes',
  '/cases/3?as-of=1',
  '/cases/2/docket',
  '/cases/2/documents',
  '/cases/2/history',
  '/changes?since=1',
  '/departed',
  '/runs',
  '/runs/4',
  '/about',
  '/search?q=county',
  '/transitions',
  '/audit',
  '/audit/without_name',
  '/schema',
  '/schema/cases',
  '/sql?sql=SELECT+case_ongoing,+count(*)+FROM+cases+GROUP+BY+1',
  '/nothing',
];
/** The other states of these pages. */
export const OTHER_STATES = [
  '/cases',
  '/cases?court=nowhere',
  '/cases/2',
  '/cases/8',
  '/search',
  '/search?q=zzz',
  '/sql',
  '/sql?sql=SELEC',
];

export interface View {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly javaScriptEnabled?: boolean;
}

/** Opens a page, and collects the errors of the browser and its requests to other hosts. */
export type OpenView = (site: TestSite, view?: View) => Promise<{ page: Page; faults: string[] }>;

/** Tests in an installed browser. Without one, they are skipped with a message. */
export function withBrowser(define: (open: OpenView) => void): void {
  const executablePath = findChromium();
  if (executablePath === undefined) console.warn(NOT_RUN);
  (executablePath === undefined ? describe.skip : describe)('in a browser', () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: String(executablePath),
        args: ['--no-sandbox', '--disable-gpu'],
        timeout: 0,
      });
    });
    afterAll(async () => {
      await browser.close();
    });
    define(async (site, { width = 1280, ...view } = {}) => {
      const context = await browser.newContext({ viewport: { width, height: 900 }, ...view });
      context.setDefaultTimeout(0);
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('console', (message) => {
        // The browser also reports each status other than 200; the test of errors expects that.
        if (!message.text().includes('the server responded with a status of')) faults.push(message.text());
      });
      page.on('request', (request) => {
        if (!request.url().startsWith(site.url)) faults.push(request.url());
      });
      return { page, faults };
    });
  });
}

interface Axe {
  readonly run: (options: RunOptions) => Promise<AxeResults>;
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Expects that an open page has no accessibility violation when all collapsed sections are expanded. */
export async function expectNoViolation(page: Page, path: string): Promise<void> {
  await page.evaluate('document.querySelectorAll("details").forEach((one) => { one.open = true; })');
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: Axe }).axe.run({
      // What passes is not described, and the pages load nothing.
      resultTypes: ['violations'],
      preload: false,
      iframes: false,
    }),
  );
  expect([path, violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])]).toEqual([path, []]);
}

/** Expects that nothing on an open page is wider than the window. */
export async function expectNoOverflow(page: Page, path: string): Promise<void> {
  const overflow = await page.evaluate(
    'Math.max(0, document.documentElement.scrollWidth - window.innerWidth)',
  );
  expect([path, overflow]).toEqual([path, 0]);
}

/** Opens a file in a page, and expects that it is sound, loads nothing, and that nothing is clipped on paper. */
export async function expectSoundFile(page: Page, path: string): Promise<void> {
  const requested: string[] = [];
  page.on('request', (request) => requested.push(request.url()));
  const address = pathToFileURL(path).href;
  await page.goto(address);
  await expectNoOverflow(page, path);
  await expectNoViolation(page, path);
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 680, height: 900 }); // A4 without its margins
  const clipped = await page.evaluate<string[]>(
    '[...document.querySelectorAll("table, svg, pre")].filter((one) => one.getBoundingClientRect().right > 680.5).map((one) => one.outerHTML.slice(0, 200))',
  );
  expect([path, clipped]).toEqual([path, []]);
  expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
  expect(requested).toEqual([address]);
}
