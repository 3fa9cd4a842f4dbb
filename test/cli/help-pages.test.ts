import { readdirSync } from 'node:fs';
import { Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { loadProgram } from '../../src/cli/main.ts';
import { runCli } from '../support/command-line.ts';

const out = Object.assign(new Writable(), { isTTY: false });
const program = await loadProgram({ stdout: out, stderr: out, env: {} } as never);
const COMMANDS = ['', ...program.commands.map((one) => one.name())];
const toArgs = (name: string): string[] => (name === '' ? ['--help'] : [name, '--help']);
const helpOf = async (name: string, columns: number, more: object = {}): Promise<string> => {
  const { exitCode, stdout, stderr } = await runCli(toArgs(name), { isTTY: true, columns, ...more });
  expect([exitCode, stderr]).toEqual([0, '']);
  return stdout;
};
const WIDTHS = [60, 80, 200] as const;

describe.each(COMMANDS)('the help of %j', (name) => {
  test.each(WIDTHS)('fits into %i columns and breaks no word', async (columns) => {
    const help = await helpOf(name, columns);
    // An example stays on one line so that it can be copied, and a word that is wider than the terminal stays whole.
    const tooWide = help
      .split('\n')
      .filter(
        (line) => line.length > columns && !/^ *(?:\$|--api-url)/.test(line) && /\S\s+\S/.test(line.trim()),
      );
    expect(tooWide).toEqual([]);
    const words = (text: string): string => text.replace(/\s+/g, ' ').trim();
    expect(words(help)).toBe(words(await helpOf(name, 1000)));
  });

  test('is plain text on every terminal', async () => {
    const plain = await helpOf(name, 80);
    expect(plain.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    for (const env of [{ TERM: 'dumb' }, { NO_COLOR: '1' }])
      expect(await helpOf(name, 80, { env })).toBe(plain);
    const { stdout } = await runCli(toArgs(name), { isTTY: false });
    expect(stdout).toBe(plain); // a pager uses the width of the terminal, which the program cannot know
  });
});

test('the list of commands is the same before their modules are loaded', async () => {
  let loaded = '';
  program.configureOutput({ writeOut: (text) => (loaded += text) }).outputHelp();
  const words = (text: string): string[] => text.split(/\s+/);
  expect(words(await helpOf('', 80))).toEqual(words(loaded));
  const modules = readdirSync(new URL('../../src/cli/commands', import.meta.url));
  expect(modules.map((file) => file.replace('.ts', ''))).toEqual(COMMANDS.slice(1).sort());
});

describe.each(program.commands.map((one) => [one.name(), one] as const))('%s', (_name, command) => {
  test('is described in sentences, and so is each option', () => {
    expect(command.description()).toMatch(/^[A-Z][^]*\.$/);
    for (const { flags, description } of command.options)
      expect([flags, description]).toEqual([flags, expect.stringMatching(/^\S[^]{5,}\S$/)]);
  });
});
