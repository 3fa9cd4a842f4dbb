import { Writable } from 'node:stream';
import { textWidth, type Io } from '../../src/cli/io.ts';
import { defineProgram } from '../../src/cli/main.ts';
import { wrapProse } from '../../src/cli/render/layout.ts';
import { PACKAGE } from '../../src/package-info.ts';

/** The help of the program and of each command, as they print it. */
export function renderCommandsPage(): string {
  const nowhere = new Writable();
  const io: Io = {
    stdout: nowhere,
    stderr: nowhere,
    env: {},
    folder: '.',
    surroundings: { now: () => new Date(0), sleep: () => Promise.resolve(), random: () => 0 },
    timeZone: 'UTC',
    keepHeapSmall: () => undefined,
    onReload: () => () => undefined,
    readStdin: () => Promise.resolve(''),
    ask: null,
    onStop: () => () => undefined,
  };
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
