import { USER_AGENT } from '../../src/lib/package-info.ts';
import { SETTINGS } from '../../src/config/specs.ts';
import { renderMarkdownTable } from './markdown-table.ts';

export function renderConfigurationPage(): string {
  const rows = Object.values(SETTINGS).map(({ flag, env, default: fallback, description }) => [
    flag === null ? '(none: it would show in the process list)' : `\`${flag}\``,
    `\`${env}\``,
    fallback === undefined ? '' : fallback === USER_AGENT ? 'name, version and home page' : `\`${fallback}\``,
    description,
  ]);
  return [
    '# Configuration',
    'A flag goes before the environment, the environment before a file `.env` in the current folder, that before the default. An empty variable counts as not set.',
    renderMarkdownTable(['flag', 'environment', 'default', 'what it is'], rows),
    `## The file .env

- It can be UTF-8 or UTF-16, with or without a byte-order mark, with any line endings. Anything else is an error that names the file.
- You or root must own it, as ssh requires of its files. \`doctor\` warns if others can read or change it and it contains a secret.
- Each line is \`NAME=value\`, with an optional \`export\` in front. A value can have one pair of quotation marks of any kind around it; it is not
  expanded. \`#\` starts a comment at the start of a line or of a value, and after a space. If a name occurs twice, the last line counts, with a
  warning. A line that cannot be read causes a warning and affects no other line.
- An unknown name that starts like a setting causes a warning, here and in the environment.

## Paths

A leading \`~/\`, \`$HOME/\` or \`\${HOME}/\` is your home folder, in flags, in the environment and in \`.env\`. Another user's \`~name\`, and any
other variable in the environment or \`.env\`, is an error, because nothing would expand it. A relative path starts from the current folder; in
\`.env\` it starts from the folder of that file. \`init\` writes paths below that folder as relative paths, so that you can move both together.

## Where the token goes

The token is sent only where whoever set it pointed it. A \`.env\` may come with somebody else's folder: an address that it names is sent
no token from the environment, from a flag or from a file outside the folder of the \`.env\` (\`ADDRESS_UNTRUSTED\`). The Clearinghouse's
own address is excepted. Whoever sets address and token in one place, or the address in a place that goes before, notices nothing.

\`--token-file -\` reads the token from standard input, as of a password manager.`,
  ].join('\n\n');
}
