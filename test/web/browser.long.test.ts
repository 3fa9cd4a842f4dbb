import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  OTHER_STATES,
  PAGES,
  WIDTHS,
  expectNoOverflow,
  expectNoViolation,
  expectSoundFile,
  withBrowser,
} from '../support/browser.ts';
import { runCli } from '../support/command-line.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { startSite } from '../support/site.ts';
import { tempFolder } from '../support/temp-folder.ts';

withBrowser((open) => {
  describe.each(['light', 'dark'] as const)('with the %s colors', (colorScheme) => {
    test.each(WIDTHS)(
      'and %i pixels, no page has an accessibility violation, overflows, or loads anything from another host',
      async (width) => {
        const site = await startSite(await makeFullMirror());
        const { page, faults } = await open(site, { width, colorScheme });
        for (const path of [...PAGES, ...OTHER_STATES]) {
          await page.goto(new URL(path, site.url).href);
          await expectNoViolation(page, path);
          await expectNoOverflow(page, path);
        }
        expect(faults).toEqual([]);
        await page.context().close();
      },
    );

    test.each(WIDTHS)('and %i pixels, a report has no violation and fits on paper', async (width) => {
      const database = await makeFullMirror();
      const site = await startSite(database);
      const file = join(tempFolder(), 'report.html');
      const args = ['report', '--since', '1', '--database', database, '--output', file];
      expect((await runCli(args)).exitCode).toBe(0);
      const { page } = await open(site, { width, colorScheme });
      await expectSoundFile(page, file);
      await page.context().close();
    });
  });
});
