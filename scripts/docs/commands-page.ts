import { Writable } from 'node:stream';
import { textWidth } from '../../src/cli/io.ts';
import { defineProgram } from '../../src/cli/main.ts';
import { wrapProse } from '../../src/lib/layout.ts';
import { PACKAGE } from '../../src/lib/package-info.ts';
import { createScriptIo } from './script-io.ts';

/** The help of the program and of each command, as they print it. */
export function renderCommandsPage(): string {
  const nowhere = new Writable();
  const io = createScriptIo({ stdout: nowhere, stderr: nowhere });
  const program = defineProgram(io, () => undefined);
  const sections = [program, ...program.commands].map((command) => {
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += wrapProse(text, textWidth(io))) }).outputHelp();
    const title = command === program ? PACKAGE.name : command.name();
    return `## ${title}\n\n\`\`\`text\n${help.trimEnd()}\n\`\`\`\n`;
  });
  return ['# Commands', 'Data goes to standard output, everything else to standard error.', ...sections].join(
    '\n\n',
  );
}
