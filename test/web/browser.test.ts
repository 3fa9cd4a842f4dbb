import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  OTHER_STATES,
  PAGES,
  expectNoOverflow,
  expectNoViolation,
  expectSoundFile,
  withBrowser,
} from '../support/browser.ts';
import { runCli } from '../support/command-line.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { type TestSite, serveCopy } from '../support/site.ts';
import { tempFolder } from '../support/temp-folder.ts';

/* The short tests in a browser; browser.long.test.ts opens every state of every page at every width in both color schemes. */

withBrowser((open) => {
  let site: TestSite & { readonly database: string };
  beforeAll(async () => {
    site = await serveCopy(await makeFullMirror());
  });
  afterAll(async () => {
    await site.close();
  });

  test.each([
    [360, 'dark', 0],
    [1280, 'light', 1],
  ] as const)(
    'every second page has no accessibility violation and does not overflow at %i pixels in %s colors',
    async (width, colorScheme, first) => {
      const { page, faults } = await open(site, { width, colorScheme });
      for (const path of PAGES.filter((_, at) => at % 2 === first)) {
        await page.goto(new URL(path, site.url).href);
        await expectNoOverflow(page, path);
        await expectNoViolation(page, path);
      }
      for (const path of OTHER_STATES.filter((_, at) => at % 2 === first)) {
        await page.goto(new URL(path, site.url).href);
        await expectNoOverflow(page, path);
      }
      expect(faults).toEqual([]);
      await page.context().close();
    },
  );

  test('a reader can search, filter, read the history of a case, go back in time, and download a file', async () => {
    const { page, faults } = await open(site, { javaScriptEnabled: false });
    const heading = () => page.locator('h1').textContent();
    await page.goto(site.url);
    await page.getByRole('link', { name: 'Cases', exact: true }).click();
    await page.getByLabel('Issue', { exact: true }).selectOption('Stairs');
    await page.getByRole('button', { name: 'Show these cases' }).click();
    expect(new URL(page.url()).searchParams.get('issue')).toBe('Stairs');
    await page.getByLabel('Search the mirror').fill('"Came back"');
    await page.getByLabel('Search the mirror').press('Enter');
    expect(await heading()).toBe('Search');
    await page.getByRole('link', { name: 'Came back' }).click();
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
    await page.getByRole('link', { name: 'SQL', exact: true }).click();
    await page.getByLabel('Statement').fill('SELECT count(*) AS cases FROM cases');
    await page.getByRole('button', { name: 'Run the statement' }).click();
    expect(await page.getByRole('heading', { name: '1 row' }).isVisible()).toBe(true);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('the content, a wide table and collapsed sections can be reached with the keyboard', async () => {
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

  test('a printed page is dark on white and expands its collapsed sections, even if the reader prefers dark colors', async () => {
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
    // What was asked is in a form, which paper does not have.
    const asked = [
      ['/search?q=county', 'Search for: county'],
      ['/sql?sql=SELECT+41+%2B+1', 'SELECT 41 + 1'],
    ] as const;
    for (const [path, words] of asked) {
      await page.goto(new URL(path, site.url).href);
      expect([path, await page.locator('.on-paper').textContent()]).toEqual([path, words]);
      expect([path, await page.locator('.on-paper').isVisible()]).toEqual([path, true]);
      expect([path, await page.locator('form:visible').count()]).toEqual([path, 0]);
    }
    expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
    await page.context().close();
  });

  test('a report on a small screen in dark colors has no violation, loads nothing, and fits on paper', async () => {
    const file = join(tempFolder(), 'report.html');
    const args = ['report', '--since', '1', '--database', site.database, '--output', file];
    expect((await runCli(args)).exitCode).toBe(0);
    const { page } = await open(site, { width: 360, colorScheme: 'dark' });
    await expectSoundFile(page, file);
    await page.context().close();
  });
});
