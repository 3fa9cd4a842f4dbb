import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { DEFAULT_PORT } from '../../src/cli/commands/browse.ts';
import { MAX_CASES, MAX_ROWS } from '../../src/cli/commands/search.ts';
import { SETTINGS } from '../../src/config/specs.ts';
import { renderCount } from '../../src/lib/layout.ts';
import { MAX_VALUES } from '../../src/search/filters.ts';
import { MAX_BEGINNINGS, MAX_WORDS } from '../../src/search/request.ts';
import { MAX_FILLED, MAX_RANKED, MAX_TEXTS_COMPARED } from '../../src/search/row-hits.ts';
import { MAX_MOVES, MAX_SILENT } from '../../src/web/report/facts.ts';
import { MAX_MARKDOWN_BYTES, MAX_MARKDOWN_MOVES } from '../../src/web/report/markdown.ts';
import { MAX_HTML_BYTES } from '../../src/web/report/page.ts';
import {
  FILE_LIMITS,
  MOST_AT_ONCE,
  PAGE_LIMITS,
  SEARCH_MILLISECONDS,
} from '../../src/web/sql/run-statement.ts';

const MINUTE = 60_000;
const MB = 1024 * 1024;
const count = renderCount;

/** Each page, and what it says of a limit, with the number that the code has. */
const LIMITS: Readonly<Record<string, readonly string[]>> = {
  'docs/search.md': [
    `docket entries, documents | ${count(MAX_RANKED)} rows`,
    `texts, if every case is listed | ${count(MAX_RANKED)} texts`,
    `texts, if the first cases are shown | ${count(MAX_FILLED.texts)} texts`,
    `texts with a phrase, if the first cases are shown | ${MAX_TEXTS_COMPARED} texts`,
    `at most ${MAX_WORDS} words, and ${MAX_BEGINNINGS} beginnings of words`,
    `repeat it for more, up to ${MAX_VALUES}`,
    `shows ${MAX_CASES} cases, and ${MAX_ROWS} entries and ${MAX_ROWS} documents of each`,
  ],
  'docs/browse.md': [
    `http://127.0.0.1:${DEFAULT_PORT}/`,
    `time | ${PAGE_LIMITS.milliseconds / 1000} seconds | ${FILE_LIMITS.milliseconds / MINUTE} minutes`,
    `memory | ${PAGE_LIMITS.memory / MB} MB | ${FILE_LIMITS.memory / MB} MB`,
    `rows | ${count(PAGE_LIMITS.rows)} | ${count(FILE_LIMITS.rows)}`,
    `size | what a page holds | ${FILE_LIMITS.bytes / MB} MB`,
    `at the same time | ${MOST_AT_ONCE} statements`,
    `may take ${SEARCH_MILLISECONDS / MINUTE} minutes`,
  ],
  'docs/report.md': [
    `At most ${MAX_HTML_BYTES / 1e6} MB (Markdown: ${MAX_MARKDOWN_BYTES / 1000} kB)`,
    `at most ${MAX_MOVES} moves`,
    `the ${MAX_SILENT} ongoing cases`,
    `lists at most ${MAX_MARKDOWN_MOVES} moves`,
    `The newest ${SETTINGS.keepHtmlReports.default} of a mirror are kept`,
  ],
};

test.each(Object.entries(LIMITS))('%s states the limits of the code', (page, sentences) => {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8').replace(/\s+/g, ' ');
  for (const sentence of sentences) expect(text).toContain(sentence);
});
