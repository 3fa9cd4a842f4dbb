import { ERROR_KINDS } from '../../src/errors/mirror-error.ts';
import { type ErrorKind, EXIT_CODES } from '../../src/errors/exit-codes.ts';
import { renderMarkdownTable } from './markdown-table.ts';

function renderExitCodes(): string {
  const rows = Object.values(EXIT_CODES).map(({ code, description }) => [String(code), description]);
  return renderMarkdownTable(['exit code', 'meaning'], rows);
}

export function renderErrorsPage(): string {
  const rows = Object.entries<ErrorKind>(ERROR_KINDS).map(([code, { exit, description, hint, lasts }]) => [
    `\`${code}\``,
    String(EXIT_CODES[exit].code),
    description,
    hint,
    lasts === true ? 'no' : 'yes',
  ]);
  return [
    '# Errors and exit codes',
    'Every failure prints one line with its code and a hint. `sync_runs.error_code` and `list_syncs.error_code` use the same codes, plus `PROCESS_DIED` for a run whose process was killed.',
    '## Exit codes',
    renderExitCodes(),
    '## Error codes',
    'The last column says whether the failure may pass by itself. `nightly` retries a run only if at least one of its failures may.',
    renderMarkdownTable(['code', 'exit code', 'what happened', 'what to do', 'may pass'], rows),
  ].join('\n\n');
}
