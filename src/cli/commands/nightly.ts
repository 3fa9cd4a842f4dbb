import type { Command } from 'commander';
import type { ExitName } from '../../exit-codes.ts';
import { withStop, write, type Io } from '../io.ts';
import { renderError } from '../render/error.ts';
import { renderRunReport, toReportJson } from '../render/run-report.ts';
import { createRunEvents } from '../run-events.ts';
import { addSettings, ALL_SETTINGS, readSettingsAndToken, type Flags } from '../settings-options.ts';
import { listStatuses } from './sync.ts';

export function defineNightly(command: Command): Command {
  return addSettings(
    command
      .description('Stay running and sync on a schedule, every night unless told otherwise.')
      .option('--at <cron>', 'when, as a cron expression', '17 3 * * *')
      .option('--timezone <tz>', 'time zone of the schedule', 'UTC')
      .option('--json', 'print the report of each run as a line of JSON'),
    ALL_SETTINGS,
  ).addHelpText(
    'after',
    `
Never two runs at once: a run that is still going on when the next is due lets it pass.
Ctrl-C and SIGTERM end after the page in hand, and at once between runs.

Example:
  $ clearinghouse-mirror nightly --at "30 2 * * *" --timezone America/Detroit`,
  );
}

export async function runNightlyCommand(flags: Flags, io: Io): Promise<ExitName> {
  const { parseSchedule, runNightly } = await import('../../sync/nightly.ts');
  const { runSync } = await import('../../sync/run-sync.ts');
  const schedule = parseSchedule(String(flags.at), String(flags.timezone));
  const { settings, token } = readSettingsAndToken(flags, io);
  const talk = (text: string): void => {
    io.stderr.write(`${text}\n`);
  };
  return withStop(io, (signal) =>
    runNightly(schedule, signal, {
      onNext: (at) => {
        talk(`Next run at ${at.toISOString()}.`);
      },
      onSkipped: () => {
        talk('A run was due while one was still going on; it is left out.');
      },
      onFailed: (error) => {
        talk(renderError(error));
      },
      night: async () => {
        const report = await runSync(
          {
            settings,
            token,
            statuses: listStatuses(settings.includeUnclassified),
            trigger: 'nightly',
            dryRun: false,
            acceptDepartures: false,
            signal,
            onEvent: createRunEvents(io),
          },
          io.surroundings,
        );
        await write(
          io.stdout,
          flags.json === true ? `${JSON.stringify(toReportJson(report))}\n` : renderRunReport(report, false),
        );
        return report.exit;
      },
    }),
  );
}
