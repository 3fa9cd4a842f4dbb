import { renderMarkdownTable } from '../../scripts/docs/markdown-table.ts';

/** What a recipe prints: the name of the program with its version, and the rows of each question. */
export interface Answers {
  readonly engine: string;
  readonly answers: readonly unknown[];
}

export interface Question {
  readonly title: string;
  readonly sql: string;
}

/** The questions of a file of SQL: each follows a remark with its number. */
export function listQuestions(text: string): Question[] {
  return [...text.matchAll(/^-- (\d+\. .*)\n([^]*?);/gm)].map(([, title = '', sql = '']) => ({
    title,
    sql: sql.trim(),
  }));
}

/** Rows as text by which two engines are compared. Numbers are equal whatever their type. */
export const toComparable = (answer: unknown): string =>
  JSON.stringify(answer, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value));

const toText = (answer: unknown): string =>
  (answer as readonly (readonly unknown[])[])
    .map((row) => row.map((cell) => String(cell)).join(': '))
    .join('; ')
    .replaceAll('|', '\\|');

/** docs/analysis/answers.md. */
export function renderAnswers(
  questions: readonly Question[],
  all: readonly Answers[],
  ran: readonly string[],
  notRun: readonly string[],
): string {
  const [expected] = all;
  const rows = questions.map(({ title }, at) => [
    title,
    toText(expected?.answers[at]),
    ...all
      .slice(1)
      .map(({ answers }) =>
        toComparable(answers[at]) === toComparable(expected?.answers[at]) ? 'same' : toText(answers[at]),
      ),
  ]);
  return [
    '# The ten questions, engine by engine',
    '`npm run test:engines -- --write` made this page. The cases are invented, and some rows are such that a program that guesses types spoils them.',
    renderMarkdownTable(['question', ...all.map(({ engine }) => engine)], rows),
    '## What ran',
    ran.map((name) => `- ${name}`).join('\n'),
    '## What did not run',
    notRun.length === 0 ? 'Everything ran.' : notRun.map((name) => `- ${name}`).join('\n'),
  ].join('\n\n');
}
