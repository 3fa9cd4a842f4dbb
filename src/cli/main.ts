import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { CommanderError, type Command } from 'commander';
import { MirrorError } from '../errors/mirror-error.ts';
import { EXIT_CODES, type ExitName } from '../errors/exit-codes.ts';
import { loadEngine } from '../db/engine.ts';
import { READS_WITHOUT_LOCKS } from '../db/open-to-read.ts';
import { PACKAGE } from '../lib/package-info.ts';
import { defineActivity, runActivityCommand } from './commands/activity.ts';
import { defineAudit, runAuditCommand } from './commands/audit.ts';
import { defineCase, runCaseCommand } from './commands/case.ts';
import { defineChanges, runChangesCommand } from './commands/changes.ts';
import { defineCoverage, runCoverageCommand } from './commands/coverage.ts';
import { defineDemo, runDemoCommand } from './commands/demo.ts';
import { defineDeparted, runDepartedCommand } from './commands/departed.ts';
import { defineDoctor, runDoctorCommand } from './commands/doctor.ts';
import { defineInit, runInitCommand } from './commands/init.ts';
import { defineNightly, runNightlyCommand } from './commands/nightly.ts';
import { defineQuery, runQueryCommand } from './commands/query.ts';
import { defineRedact, runRedactCommand } from './commands/redact.ts';
import { defineFakeApi, runFakeApiCommand } from './commands/fake-api.ts';
import { defineRestore, runRestoreCommand } from './commands/restore.ts';
import { defineSnapshot, runSnapshotCommand } from './commands/snapshot.ts';
import { defineStatus, runStatusCommand } from './commands/status.ts';
import { defineSync, runSyncCommand } from './commands/sync.ts';
import { defineTransitions, runTransitionsCommand } from './commands/transitions.ts';
import { defineVerify, runVerifyCommand } from './commands/verify.ts';
import { checkPrinted, findLoss, flush, say, textWidth, type Io } from './io.ts';
import { OwnCommand } from './own-command.ts';
import { reading } from './with-mirror.ts';
import { renderError } from './text/errors.ts';
import { wrapProse } from '../lib/layout.ts';
import type { Flags } from './options.ts';

/*
 * What a command needs beyond its own words (the HTTP client, the scheduler, the fake API) it imports when it runs, so
 * that `query` and `--help` do not wait for it.
 */

/** Commands whose deed counts, whether what they say of it arrives or not; all others are there to say something. */
const DOERS = ['init', 'sync', 'nightly', 'redact', 'snapshot', 'restore'];

/** Builds the command line. `settle` is told how the command that ran has ended. */
export function defineProgram(io: Io, onEnd: (exit: ExitName, isDoer: boolean) => void): Command {
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
    .configureHelp({ showGlobalOptions: false, minWidthToWrap: 16 })
    .exitOverride()
    // An engine that does not suit this Node is refused here, before a command has opened or written anything.
    .hook('preAction', () => {
      loadEngine();
    });
  const begin = (name: string, define: (command: Command) => Command): Command =>
    define(program.command(name).copyInheritedSettings(program));
  const add = (
    name: string,
    define: (command: Command) => Command,
    run: (flags: Flags, io: Io) => Promise<ExitName>,
  ): void => {
    begin(name, define).action(async (flags: Flags) => {
      onEnd(await run(flags, io), DOERS.includes(name));
    });
  };
  const addWithArgument = (
    name: string,
    define: (command: Command) => Command,
    run: (argument: never, flags: Flags, io: Io) => Promise<ExitName>,
  ): void => {
    begin(name, define).action(async (argument: unknown, flags: Flags) => {
      onEnd(await run(argument as never, flags, io), DOERS.includes(name));
    });
  };
  add('init', defineInit, runInitCommand);
  add('sync', defineSync, runSyncCommand);
  add('nightly', defineNightly, runNightlyCommand);
  add('status', defineStatus, reading(runStatusCommand));
  addWithArgument('case', defineCase, reading(runCaseCommand));
  addWithArgument('query', defineQuery, reading(runQueryCommand));
  add('changes', defineChanges, reading(runChangesCommand));
  add('activity', defineActivity, reading(runActivityCommand));
  add('transitions', defineTransitions, reading(runTransitionsCommand));
  add('departed', defineDeparted, reading(runDepartedCommand));
  add('coverage', defineCoverage, reading(runCoverageCommand));
  add('verify', defineVerify, runVerifyCommand);
  addWithArgument('audit', defineAudit, reading(runAuditCommand));
  addWithArgument('redact', defineRedact, runRedactCommand);
  add('snapshot', defineSnapshot, runSnapshotCommand);
  addWithArgument('restore', defineRestore, runRestoreCommand);
  add('doctor', defineDoctor, runDoctorCommand);
  add('demo', defineDemo, runDemoCommand);
  add('fake-api', defineFakeApi, runFakeApiCommand);
  return program;
}

/**
 * Runs the command line and returns the process's exit code. The only place that catches everything: an expected
 * failure becomes one line and a hint, a fault of the program shows its stack.
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  let exit: ExitName = 'complete';
  let doesMore = false;
  // For a person only: a script has no use for it, because a command that somebody wrote beside fails in the end.
  const tellOfNoLocks = (path: unknown): void => {
    if (io.stderr.isTTY === true) say(io.stderr, `${renderReadWithoutLocks(String(path))}\n`);
  };
  subscribe(READS_WITHOUT_LOCKS, tellOfNoLocks);
  const program = defineProgram(io, (ended, isDoer) => {
    exit = ended;
    doesMore = isDoer;
  });
  try {
    await program.parseAsync(args.map(toArgument), { from: 'user' });
  } catch (error) {
    // Help and version are thrown too, and commander has printed them.
    if (error instanceof CommanderError) exit = error.exitCode === 0 ? 'complete' : 'usage';
    else {
      const command = program.commands.find((one) => one.name() === args[0])?.name();
      say(io.stderr, `${renderError(error, io.timeZone, command)}\n`);
      exit = toExit(error);
    }
  } finally {
    unsubscribe(READS_WITHOUT_LOCKS, tellOfNoLocks);
  }
  return EXIT_CODES[await settlePrinted(exit, doesMore, io)].code;
}

/** Says what could not be printed, where anything can be said; a command that was to print it has failed. */
async function settlePrinted(exit: ExitName, isDoer: boolean, io: Io): Promise<ExitName> {
  await Promise.all([flush(io.stdout), flush(io.stderr)]);
  try {
    checkPrinted(io);
    return exit;
  } catch (error) {
    say(io.stderr, `${renderError(error, io.timeZone)}\n`);
    const isLost = findLoss(io.stdout) !== null;
    return exit === 'complete' && isLost && !isDoer ? toExit(error) : exit;
  }
}

/** SQL may begin with a remark, which commander would take for a flag; a line break before it changes nothing else. */
function toArgument(argument: string): string {
  return /^--\s/.test(argument) ? `\n${argument}` : argument;
}

function renderReadWithoutLocks(path: string): string {
  return `Note: ${path} is read without locks, because this user may not write beside it and no sync is running.`;
}

function toExit(error: unknown): ExitName {
  return error instanceof MirrorError ? error.exit : 'unexpected';
}
