import { ERROR_KINDS } from '../../src/error-kinds.ts';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { renderMarkdownTable } from './markdown-table.ts';

export function renderExitCodes(): string {
  const rows = Object.values(EXIT_CODES).map(({ code, means }) => [String(code), means]);
  return renderMarkdownTable(['exit code', 'meaning'], rows);
}

export function renderErrorsPage(): string {
  const rows = Object.entries(ERROR_KINDS).map(([code, { exit, means, hint }]) => [
    `\`${code}\``,
    String(EXIT_CODES[exit].code),
    means,
    hint,
  ]);
  return [
    '# Errors and exit codes',
    'Every failure prints one line with its code, and a hint. The same codes stand in `sync_runs.error_code` and `status_syncs.error_code`, beside `DIED` for a run whose process ended without a word.',
    '## Exit codes',
    renderExitCodes(),
    '## Error codes',
    renderMarkdownTable(['code', 'exit code', 'what happened', 'what to do'], rows),
  ].join('\n\n');
}
