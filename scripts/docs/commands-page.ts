import { Writable } from 'node:stream';
import { textWidth } from '../../src/cli/io.ts';
import { loadProgram } from '../../src/cli/main.ts';
import { SETTING_GROUPS } from '../../src/cli/options.ts';
import { wrapProse } from '../../src/lib/layout.ts';
import { PACKAGE } from '../../src/lib/package-info.ts';
import { createScriptIo } from './script-io.ts';

/** The command whose help lists every group of settings. */
const WITH_ALL_SETTINGS = 'doctor';
const POINTER = '  Listed once at the end of this page.';

/** The help of the program and of each command, as they print it; settings that commands share are listed once. */
export async function renderCommandsPage(): Promise<string> {
  const nowhere = new Writable();
  const io = createScriptIo({ stdout: nowhere, stderr: nowhere });
  const program = await loadProgram(io);
  const settings: string[] = [];
  const sections = [program, ...program.commands].map((command) => {
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += wrapProse(text, textWidth(io))) }).outputHelp();
    const title = command === program ? PACKAGE.name : command.name();
    for (const [heading] of SETTING_GROUPS) {
      const group = new RegExp(`^${heading}\\n(?:  .*\\n)+`, 'm');
      if (title === WITH_ALL_SETTINGS) settings.push(group.exec(help)?.[0] ?? '');
      help = help.replace(group, `${heading}\n${POINTER}\n`);
    }
    return toSection(title, help);
  });
  if (settings.includes(''))
    throw new Error(`The help of ${WITH_ALL_SETTINGS} no longer has every group of settings.`);
  return [
    '# Commands',
    'Data goes to standard output, everything else to standard error.',
    ...sections,
    toSection('Settings', settings.join('\n')),
  ].join('\n\n');
}

const toSection = (title: string, text: string): string =>
  `## ${title}\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`;
