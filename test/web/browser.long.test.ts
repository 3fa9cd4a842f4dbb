import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import { type Browser, type Page, chromium } from 'playwright-core';
import { makeFullMirror } from '../support/full-mirror.ts';
import { type TestSite, startSite } from '../support/site.ts';

/** The places where systems install a browser of this family. `CHROMIUM` names another. */
const PLACES = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
const executablePath = PLACES.find((path) => path !== '' && existsSync(path));
if (executablePath === undefined)
  console.warn(
    'SKIPPED: no Chromium was found, so no page was opened in a browser. Install it, or set CHROMIUM.',
  );
const withBrowser = executablePath === undefined ? describe.skip : describe;

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [360, 768, 1280, 2000];
const PAGES = [
  '/',
  '/cases',
  '/cases?issue=Stairs&ongoing=Yes',
  '/cases?court=nowhere',
  '/cases/2',
  '/cases/3?as-of=1',
  '/cases/8',
  '/cases/2/docket',
  '/cases/2/history',
  '/changes?since=1',
  '/departed',
  '/runs',
  '/runs/4',
  '/about',
  '/find?q=4:19-cv-00123',
  '/nothing',
];

withBrowser('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: String(executablePath), args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
  });

  interface View {
    readonly width?: number;
    readonly colorScheme?: 'light' | 'dark';
    readonly javaScriptEnabled?: boolean;
  }

  /** Opens a page, and gathers what the browser complains about and requests elsewhere. */
  async function open(
    site: TestSite,
    { width = 1280, ...view }: View = {},
  ): Promise<{ page: Page; faults: string[] }> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, ...view });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('console', (message) => {
      // A status other than 200 is a message, too; the test of errors expects it.
      if (!message.text().includes('the server responded with a status of')) faults.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(site.url)) faults.push(request.url());
    });
    return { page, faults };
  }

  describe.each(['light', 'dark'] as const)('with the %s colors', (colorScheme) => {
    test.each(WIDTHS)(
      'and %i pixels, no page has a violation, overflows, or loads from elsewhere',
      async (width) => {
        const site = await startSite(await makeFullMirror());
        const { page, faults } = await open(site, { width, colorScheme });
        for (const path of PAGES) {
          await page.goto(new URL(path, site.url).href);
          await page.evaluate(AXE);
          const { violations } = await page.evaluate(() =>
            (globalThis as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run(),
          );
          expect([path, violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])]).toEqual([
            path,
            [],
          ]);
          const overflow = await page.evaluate(
            'Math.max(0, document.documentElement.scrollWidth - window.innerWidth)',
          );
          expect([path, overflow]).toEqual([path, 0]);
        }
        expect(faults).toEqual([]);
        await page.context().close();
      },
    );
  });

  test('a reader finds a case, filters, looks at its history, goes back in time, and downloads a file', async () => {
    const site = await startSite(await makeFullMirror());
    const { page, faults } = await open(site, { javaScriptEnabled: false });
    const heading = () => page.locator('h1').textContent();
    await page.goto(site.url);
    await page.getByRole('link', { name: 'Cases', exact: true }).click();
    await page.getByLabel('Issue', { exact: true }).selectOption('Stairs');
    await page.getByRole('button', { name: 'Show these cases' }).click();
    expect(new URL(page.url()).searchParams.get('issue')).toBe('Stairs');
    await page.getByLabel('Find a case').fill('Came back');
    await page.getByLabel('Find a case').press('Enter');
    expect(await heading()).toBe('Came back');
    await page.goto(new URL('/cases/3', site.url).href);
    expect(await page.locator('del').first().textContent()).not.toBe('');
    await page.getByLabel('As it was on').fill('run 1');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    expect(await page.locator('.notice').textContent()).toContain('As of run 1');
    await page.goto(new URL('/cases/2/docket', site.url).href);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('case-2-docket.csv');
    expect(readFileSync(await download.path(), 'utf8')).toMatch(/^id,row_number,entry_number/);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('the keyboard alone reaches the content, a wide table, and what is folded', async () => {
    const site = await startSite(await makeFullMirror());
    const { page } = await open(site, { width: 360 });
    await page.goto(new URL('/cases', site.url).href);
    const focused = () =>
      page.evaluate<string>('document.activeElement.className || document.activeElement.tagName');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('skip');
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('MAIN');
    for (let at = 0; (await focused()) !== 'scroll'; at++) {
      if (at > 40) throw new Error('the table is not reached');
      await page.keyboard.press('Tab');
    }
    await page.locator('.scroll').first().press('ArrowRight');
    await page.locator('summary').first().focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('details pre').first().isVisible()).toBe(true);
    await page.context().close();
  });

  test('on paper, a page is dark on white even where dark colors are preferred, and what is folded is open', async () => {
    const site = await startSite(await makeFullMirror());
    const { page } = await open(site, { colorScheme: 'dark' });
    await page.goto(new URL('/cases/3', site.url).href);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const colors = await page.evaluate<string[]>(
      '[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]',
    );
    const lightness = colors.map((color) => Number(/\d+/.exec(color)?.[0]));
    expect(lightness[0]).toBeGreaterThan(240);
    expect(lightness[1]).toBeLessThan(60);
    expect(await page.getByText('Whether the Clearinghouse says').isVisible()).toBe(true);
    expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
    await page.context().close();
  });
});
