import { describe, expect, test } from '@jest/globals';
import { PAGES, WIDTHS, expectNoOverflow, expectNoViolation, withBrowser } from '../support/browser.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { startSite } from '../support/site.ts';

withBrowser((open) => {
  describe.each(['light', 'dark'] as const)('with the %s colors', (colorScheme) => {
    test.each(WIDTHS)(
      'and %i pixels, no page has an accessibility violation, overflows, or loads anything from another host',
      async (width) => {
        const site = await startSite(await makeFullMirror());
        const { page, faults } = await open(site, { width, colorScheme });
        for (const path of PAGES) {
          await page.goto(new URL(path, site.url).href);
          await expectNoViolation(page, path);
          await expectNoOverflow(page, path);
        }
        expect(faults).toEqual([]);
        await page.context().close();
      },
    );
  });
});
