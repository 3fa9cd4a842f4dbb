import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { CommanderError, Help, type Command } from 'commander';
import { MirrorError } from '../errors/mirror-error.ts';
import { EXIT_CODES, type ExitName } from '../errors/exit-codes.ts';
import { loadEngine } from '../db/engine.ts';
import { READS_WITHOUT_LOCKS } from '../db/open-to-read.ts';
import { BUILDS_SEARCH_INDEX } from '../db/search-index.ts';
import { PACKAGE } from '../lib/package-info.ts';
import { checkPrinted, findLoss, flush, say, textWidth, type Io } from './io.ts';
import { OwnCommand } from './own-command.ts';
import type { Flags } from './options.ts';
import { renderError } from './text/errors.ts';
import { renderPlural, wrapProse } from '../lib/layout.ts';
import { toAim } from './suggested-commands.ts';
import { COMMANDS, type RunCommand } from './command-list.ts';

export { outliveFailures } from './io.ts';
export { PROCESS_IO } from './process-io.ts';

interface Program {
  /** Its commands have no options until they are loaded. */
  readonly program: Command;
  /** Loads a command, once. Other names load nothing. */
  readonly loadCommand: (name: string | undefined) => Promise<void>;
}

/** Builds the command line. Calls `onEnd` with the result of the command. */
function createProgram(io: Io, onEnd: (exit: ExitName, acts: boolean) => void): Program {
  const unloaded = new Map(Object.entries(COMMANDS));
  const loadCommand = async (name = ''): Promise<void> => {
    const entry = unloaded.get(name);
    const command = program.commands.find((one) => one.name() === name);
    if (entry === undefined || command === undefined) return;
    unloaded.delete(name);
    const { defineOptions, runCommand } = await entry.load();
    defineOptions(command);
    const run = entry.reads === true ? reading(runCommand) : runCommand;
    command.action(async (...inputs: unknown[]) => {
      onEnd(await run(...([...inputs.slice(0, -1), io] as never[])), entry.acts === true);
    });
  };
  const program = new OwnCommand('clearinghouse-mirror')
    .description(
      'A local mirror of the Civil Rights Litigation Clearinghouse in SQLite, for offline SQL analysis.',
    )
    .version(PACKAGE.version)
    .configureOutput({
      writeOut: (text) => io.stdout.write(wrapProse(text, textWidth(io))),
      getOutHelpWidth: () => textWidth(io),
      getErrHelpWidth: () => textWidth(io),
      writeErr: (text) => {
        say(io.stderr, text);
      },
    })
    .configureHelp({ showGlobalOptions: false, minWidthToWrap: 16, subcommandTerm: toTerm })
    .exitOverride()
    .hook('preSubcommand', (_program, command) => loadCommand(command.name()))
    // An engine that does not suit this Node is refused here, before a command has opened or written anything.
    .hook('preAction', () => {
      loadEngine();
    });
  for (const [name, { description, argument }] of Object.entries(COMMANDS)) {
    const command = program.command(name).copyInheritedSettings(program).description(description);
    if (argument !== undefined) command.argument(...argument);
  }
  return { program, loadCommand };
}

/** A command that reads the mirror: if a value is damaged, it fails with DATABASE_DAMAGED. */
function reading(run: RunCommand): RunCommand {
  return async (...inputs) => {
    try {
      return await run(...inputs);
    } catch (thrown) {
      if (thrown instanceof MirrorError) throw thrown;
      const [flags, io] = inputs.slice(-2) as readonly unknown[] as [Flags, Io];
      const [{ explainFailure }, { readSettings }] = await Promise.all([
        import('./with-mirror.ts'),
        import('./options.ts'),
      ]);
      throw await explainFailure(thrown, readSettings(flags, io).database, (text) => {
        say(io.stderr, `${text}\n`);
      });
    }
  };
}

/** A command in the list of all commands. Its options are unknown until it is loaded. */
function toTerm(command: Command): string {
  const term = new Help().subcommandTerm(command);
  const name = command.name();
  return command.options.length > 0 || COMMANDS[name] === undefined
    ? term
    : `${name} [options]${term.slice(name.length)}`;
}

/** The command line with the options of all its commands. */
export async function loadProgram(io: Io): Promise<Command> {
  const { program, loadCommand } = createProgram(io, () => undefined);
  for (const name of Object.keys(COMMANDS)) await loadCommand(name);
  return program;
}

/**
 * Runs the command line and returns the process's exit code. The only place that catches everything: an expected
 * failure becomes one line and a hint, and a bug of the program shows its stack.
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  let exit: ExitName = 'complete';
  let didAct = false;
  // For users only: a script does not need it, because the command fails in the end if another process wrote meanwhile.
  const warnOfMissingLocks = (path: unknown): void => {
    if (io.stderr.isTTY === true) say(io.stderr, `${renderReadWithoutLocks(String(path))}\n`);
  };
  subscribe(READS_WITHOUT_LOCKS, warnOfMissingLocks);
  const announceIndexBuild = (rows: unknown): void => {
    if (args[0] === 'nightly' && io.stderr.isTTY !== true) return; // Its standard error can be a log of JSON lines.
    say(
      io.stderr,
      `Building the search index of ${renderPlural(Number(rows), 'docket entry', 'docket entries')}, once.\n`,
    );
  };
  subscribe(BUILDS_SEARCH_INDEX, announceIndexBuild);
  const { program, loadCommand } = createProgram(io, (ended, acts) => {
    exit = ended;
    didAct = acts;
  });
  try {
    // Commander prints the help of `help NAME` without a hook.
    const [first, second] = args.filter((arg) => !arg.startsWith('-'));
    if (first === 'help') await loadCommand(second);
    await loadCommand(args[0]);
    const command = program.commands.find((one) => one.name() === args[0]);
    await program.parseAsync(toArguments(args, command), { from: 'user' });
  } catch (error) {
    // Commander throws after it has printed help or version.
    if (error instanceof CommanderError) exit = error.exitCode === 0 ? 'complete' : 'usage';
    else {
      const command = program.commands.find((one) => one.name() === args[0]);
      const aim = toAim(io, command?.opts() ?? {});
      say(io.stderr, `${renderError(error, io.timeZone, { command: command?.name(), aim })}\n`);
      exit = toExit(error);
    }
  } finally {
    unsubscribe(READS_WITHOUT_LOCKS, warnOfMissingLocks);
    unsubscribe(BUILDS_SEARCH_INDEX, announceIndexBuild);
  }
  return EXIT_CODES[await settlePrinted(exit, didAct, io)].code;
}

/** Reports lost output if any stream can be written to; a command that was to print the output has failed. */
async function settlePrinted(exit: ExitName, acts: boolean, io: Io): Promise<ExitName> {
  await Promise.all([flush(io.stdout), flush(io.stderr)]);
  try {
    checkPrinted(io);
    return exit;
  } catch (error) {
    say(io.stderr, `${renderError(error, io.timeZone, { aim: toAim(io, {}) })}\n`);
    const isLost = findLoss(io.stdout) !== null;
    return exit === 'complete' && isLost && !acts ? toExit(error) : exit;
  }
}

/**
 * The arguments for commander. The value of an option stays what it is, in one argument with its option: apart from it,
 * commander would take "-V" for an option of the program.
 */
function toArguments(args: readonly string[], command: Command | undefined): string[] {
  const escape = ESCAPES[command?.name() ?? ''];
  const written: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] ?? '';
    if (argument === '--') return [...written, ...args.slice(at)];
    const option = command?.options.find(({ long }) => long === argument);
    const value = option?.required === true ? args[at + 1] : undefined;
    if (value === undefined) written.push(option === undefined ? (escape?.(argument) ?? argument) : argument);
    else {
      written.push(...(option?.variadic === true ? [argument, value] : [`${argument}=${value}`]));
      at += 1;
    }
  }
  return written;
}

/** What commander would read as a flag is meant as an argument in these commands, to which a line break before it means nothing. */
const ESCAPES: Readonly<Record<string, (argument: string) => string>> = {
  // SQL can begin with a comment.
  query: (argument) => (/^--\s/.test(argument) ? `\n${argument}` : argument),
  // A search excludes a word by a hyphen before it.
  search: (argument) => (/^-[^-\s]/u.test(argument) && argument !== '-h' ? `\n${argument}` : argument),
};

function renderReadWithoutLocks(path: string): string {
  return `Note: ${path} is read without locks, because this user may not write beside it and no sync is running.`;
}

function toExit(error: unknown): ExitName {
  return error instanceof MirrorError ? error.exit : 'unexpected';
}
