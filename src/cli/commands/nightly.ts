import type { Command } from 'commander';
import type { ExitName } from '../../errors/exit-codes.ts';
import type { Io } from '../io.ts';
import { addSettings, ALL_SETTINGS, type Flags } from '../options.ts';

export function defineNightly(command: Command): Command {
  return addSettings(
    command
      .description('Stay running and sync on a schedule, every night unless told otherwise.')
      .option('--once-now', 'run one night now, whatever the schedule says, and end as it ended')
      .option('--json', 'print the report of each run as a line of JSON'),
    ALL_SETTINGS,
  ).addHelpText(
    'after',
    `
Never two nights at once. A night that was missed, because the machine slept or nothing ran, is made up for at once, and
once, however many there were; a night that brought only a part is tried again for the lists that lack. What is
complete is judged by the record in the mirror. \`status\` tells what it is about.
SIGHUP has the settings read again. Ctrl-C and SIGTERM end after the page in hand, and at once between nights.

Example:
  $ clearinghouse-mirror nightly --at "30 2 * * *" --timezone America/Detroit`,
  );
}

export async function runNightlyCommand(flags: Flags, io: Io): Promise<ExitName> {
  const { runNightlyProcess } = await import('../nightly-process.ts');
  return runNightlyProcess(flags, io);
}
