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

- It is read in UTF-8 or UTF-16, with or without a byte-order mark, with any line ends. Anything else is an error that names the file.
- It has to belong to you or to root, as ssh wants it of its files. \`doctor\` warns when others may read or change it and it holds a secret.
- Each line is \`NAME=value\`, perhaps after \`export\`. A value may stand in one pair of quotation marks of any kind, and is taken as it is. A \`#\`
  begins a comment at the start of a line or of a value, and after a blank. Of a name that stands twice the last line counts, with a warning; a
  line that cannot be read is warned of too, and costs no other.
- A name that begins like a setting and is none is warned of, here and in the environment.

## Paths

A leading \`~/\`, \`$HOME/\` or \`\${HOME}/\` is your home folder, in a flag, the environment and \`.env\` alike; another user's \`~name\`, and another
variable in the environment or \`.env\`, is refused, because nobody would replace it. A relative path leads from the current
folder. For \`.env\` that is the folder in which it stands: \`init\` writes what lies there as a relative path, so that both can be moved
together.

## Where the token goes

The token is sent only where whoever set it pointed it. A \`.env\` may come with somebody else's folder: an address that it names is sent
no token from the environment, from a flag or from a file outside the folder of the \`.env\` (\`ADDRESS_UNTRUSTED\`). The Clearinghouse's
own address is excepted. Whoever sets address and token in one place, or the address in a place that goes before, notices nothing.

\`--token-file -\` reads the token from standard input, as of a password manager.`,
  ].join('\n\n');
}
