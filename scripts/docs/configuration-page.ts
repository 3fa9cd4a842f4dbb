import { USER_AGENT } from '../../src/package-info.ts';
import { SETTINGS } from '../../src/settings-list.ts';
import { renderMarkdownTable } from './markdown-table.ts';

export function renderConfigurationPage(): string {
  const rows = Object.values(SETTINGS).map(({ flag, env, default: fallback, means }) => [
    flag === null ? '(none: it would show in the process list)' : `\`${flag}\``,
    `\`${env}\``,
    fallback === undefined ? '' : fallback === USER_AGENT ? 'name, version and home page' : `\`${fallback}\``,
    means,
  ]);
  return [
    '# Configuration',
    'A flag goes before the environment, the environment before a file `.env` in the current folder, that before the default. An empty variable counts as not set.',
    renderMarkdownTable(['flag', 'environment', 'default', 'what it is'], rows),
  ].join('\n\n');
}
