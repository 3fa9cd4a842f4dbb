import { readFileSync } from 'node:fs';
import { PACKAGE_FOLDER } from '../../lib/package-info.ts';

/** A statement of the documentation, with what it answers. */
export interface SavedQuestion {
  readonly title: string;
  readonly sql: string;
}

/** The pages with questions; they are part of the package. */
const PAGES = ['questions', 'history', 'linked-lists', 'search'];

/** The statements of a page: a comment in the first line names one, otherwise its heading does. */
function parseQuestions(page: string): SavedQuestion[] {
  let heading = '';
  const questions: SavedQuestion[] = [];
  for (const [, title, block] of page.matchAll(/^#+ (.+)$|^```sql\n([^]*?)^```$/gm)) {
    if (title !== undefined) heading = title.replaceAll('`', '');
    if (block === undefined) continue;
    const sql = block.trim();
    questions.push({ title: /^-- (.+)/.exec(sql)?.[1] ?? heading, sql });
  }
  return questions;
}

let known: readonly SavedQuestion[] | undefined;

export function listQuestions(): readonly SavedQuestion[] {
  known ??= PAGES.flatMap((name) =>
    parseQuestions(readFileSync(new URL(`docs/${name}.md`, PACKAGE_FOLDER), 'utf8')),
  );
  return known;
}
