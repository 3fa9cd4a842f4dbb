import type { Command } from 'commander';
import type { ExitName } from '../../errors/exit-codes.ts';
import type { Io } from '../io.ts';
import { addSettings, ALL_SETTINGS, type Flags } from '../options.ts';

export function defineOptions(command: Command): Command {
  return addSettings(
    command
      .option('--once', 'run once now, independent of the schedule, and exit with the exit code of the run')
      .option('--json', 'print the report of each sync as one line of JSON'),
    ALL_SETTINGS,
  ).addHelpText(
    'after',
    `
Runs never overlap. Missed runs are caught up with one run at start. An incomplete run is retried for the lists that are
still incomplete. The run log in the mirror decides which lists are complete. \`status\` shows the scheduler.
SIGHUP reloads the settings. Ctrl-C and SIGTERM stop a run after the current page, and stop a waiting process at once.

Example:
  $ clearinghouse-mirror nightly --schedule "30 2 * * *" --timezone America/Detroit`,
  );
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  const { runNightlyProcess } = await import('../nightly-process.ts');
  return runNightlyProcess(flags, io);
}
